#include "learning/noisy_places.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr int kCoarseLines = 32, kFineLines = 16;
constexpr double kLeastWindow = 1.5 / kCoarseLines;  // of what a coarse cell may hold
constexpr double kFewOfNoise = 5;                    // of a cell's noise: of fewer rows cells tell nothing
constexpr double kLeastShare = 1e-6;                 // of the range, that an indicator's deviation is

}  // namespace

void Put(Json& state, const Windows& windows) {
  state["centre"] = state["half"] = Json::array();
  for (const Window& window : windows) {
    state["centre"].push_back(window.centre);
    state["half"].push_back(window.half);
  }
}

Result<Windows> ReadWindows(const Json& state, std::size_t size) {
  const VectorXd centre = TRY(VectorOf(state, "centre", static_cast<Index>(size), {-1, 1}));
  const VectorXd half = TRY(VectorOf(state, "half", static_cast<Index>(size), {1e-3, 1}));
  Windows windows;
  for (Index i = 0; i < centre.size(); ++i) windows.push_back({centre[i], half[i]});
  return windows;
}

PlaceRounds::PlaceRounds(const NoisyRegression& regression, bool response)
    : rules_(regression.rules),
      centred_(regression.design.formula().intercept),
      response_(response),
      scales_(regression.design.scales()) {
  const Design& design = regression.design;
  std::set<std::size_t> factors;
  for (std::size_t i = centred_ ? 1 : 0; i < design.terms().size(); ++i) {
    const bool indicator = design.IsIndicator(i);
    (indicator ? indicators_ : numbers_).push_back(static_cast<Index>(i));
    if (indicator) factors.insert(design.assign()[i]);
  }
  factors_ = static_cast<double>(factors.size());
}

std::vector<Cells> PlaceRounds::CellsOf(const Windows& windows) {
  std::vector<Cells> cells;
  for (const Window& window : windows)
    cells.emplace_back(window, window.half < 1 ? kFineLines : kCoarseLines);
  return cells;
}

Index PlaceRounds::SizeOf(const std::vector<Cells>& cells) const {
  Index size = 1 + static_cast<Index>(indicators_.size());
  for (const Cells& each : cells) size += each.size();
  return size;
}

double PlaceRounds::Length() const {
  return std::sqrt(1 + (response_ ? 1 : 0) + factors_ + static_cast<double>(numbers_.size()));
}

void PlaceRounds::AddRow(const std::vector<Cells>& cells, const VectorXd& x, double y,
                         VectorXd& numbers) const {
  Index place = 0;
  numbers[place++] += 1;
  for (const Index column : indicators_) {
    const Scale& scale = scales_[static_cast<std::size_t>(column)];
    numbers[place++] += scale.centre + scale.half * x[column];
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    numbers[place + cells[i].Of(i < numbers_.size() ? x[numbers_[i]] : y)] += 1;
    place += cells[i].size();
  }
}

Outcome<PlaceRounds::Totals> PlaceRounds::Read(const std::vector<Cells>& cells,
                                               std::span<const double> totals, double sigma) const {
  Taker taker(totals);
  Totals read{.rows = taker.Number(), .ones = {}, .numbers = {}};
  TRY(CheckRows(rules_, read.rows));
  read.ones = taker.Vector(static_cast<Index>(indicators_.size()));
  for (const Cells& each : cells)
    read.numbers.push_back({.cells = each, .counts = taker.Vector(each.size()), .sigma = sigma});
  return read;
}

Outcome<Windows> PlaceRounds::Narrow(std::span<const double> totals, double sigma) const {
  const Totals read = TRY(Read(CellsOf(Whole()), totals, sigma));
  if (read.rows < kFewOfNoise * sigma) return Whole();
  Windows windows;
  for (const Counted& counted : read.numbers) {
    Window window = WindowAbout(CentreOf(counted), counted);
    window.half = std::max(window.half, kLeastWindow);
    windows.push_back(window);
  }
  return windows;
}

Outcome<Places> PlaceRounds::Find(const std::vector<Cells>& cells, std::span<const double> totals,
                                  double sigma) const {
  const Totals read = TRY(Read(cells, totals, sigma));
  const auto terms = static_cast<Index>(scales_.size());
  Places places{.rows = read.rows, .centre = VectorXd::Zero(terms), .spread = VectorXd::Ones(terms)};
  for (std::size_t i = 0; i < indicators_.size(); ++i)
    FindIndicator(places, indicators_[i], read.ones[static_cast<Index>(i)] / read.rows, sigma / read.rows);
  if (read.rows < kFewOfNoise * sigma) return places;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const double centre = CentreOf(read.numbers[i]);
    places.centre[numbers_[i]] = centre;
    places.spread[numbers_[i]] = SpreadAbout(centre, read.numbers[i]);
  }
  if (!response_) return places;
  const Counted& response = read.numbers.back();
  places.start = CentreOf(response);
  places.deviation = SpreadAbout(places.start, response);
  places.sizes = SizesAbout(places.start, response);
  return places;
}

// Of `share` of the rows it is 1, of the others 0.
void PlaceRounds::FindIndicator(Places& places, Index column, double share, double noise) const {
  const Scale& scale = scales_[static_cast<std::size_t>(column)];
  const double ones = std::clamp(share, 0.0, 1.0);
  const double one = (1 - scale.centre) / scale.half, none = -scale.centre / scale.half;
  const double mean = ones * one + (1 - ones) * none;
  if (centred_) places.centre[column] = mean;
  const double square = ones * one * one + (1 - ones) * none * none - (centred_ ? mean * mean : 0);
  places.spread[column] = std::sqrt(std::max(square, std::clamp(2 * noise, kLeastShare, 1.0)));
}

}  // namespace concordat::learning
