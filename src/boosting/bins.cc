#include "boosting/bins.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "learning/state.h"

namespace concordat::boosting {
namespace {

float CutAt(const Interval& range, std::int64_t place) {
  return static_cast<float>(range.first +
                            (range.second - range.first) * static_cast<double>(place) / kFineCells);
}

// Places at which numbers are cut. What is left is spread over the bins that are left, so that a cell with
// most of the rows does not take the others' bins; a cut lies in the middle of the empty cells between.
std::vector<std::int64_t> PlacesOf(std::span<const double> counts, const BinRules& rules) {
  std::vector<std::int64_t> places;
  double left = std::accumulate(counts.begin(), counts.end(), 0.0), within = 0;
  std::int64_t last = -1;  // with rows
  for (std::int64_t cell = 0; cell < std::ssize(counts); ++cell) {
    const double rows = counts[static_cast<std::size_t>(cell)];
    if (rows <= 0) continue;
    const double bins = rules.bins - static_cast<double>(places.size());
    const double wanted = std::max(rules.least, (left + within) / bins);
    const bool closer = within + rows / 2 > wanted;  // without this cell
    if (within >= rules.least && left >= rules.least && bins > 1 && (within >= wanted || closer)) {
      places.push_back((last + 1 + cell) / 2);
      within = 0;
    }
    within += rows;
    left -= rows;
    last = cell;
  }
  if (within < rules.least && !places.empty()) places.pop_back();
  return places;
}

// Levels with fewer rows than may be shown share a cell; if that is too small still, the least other one.
std::vector<std::int64_t> CellsOfLevels(std::span<const double> counts, double least) {
  std::vector<std::int64_t> cells(counts.size(), -1);
  std::int64_t next = 0;
  double joined = 0;
  std::size_t smallest = counts.size();
  for (std::size_t level = 0; level < counts.size(); ++level) {
    if (counts[level] < least) {
      joined += counts[level];
      continue;
    }
    cells[level] = next++;
    if (smallest == counts.size() || counts[level] < counts[smallest]) smallest = level;
  }
  const std::int64_t shared = joined >= least || next == 0 ? next : cells[smallest];
  for (std::int64_t& cell : cells)
    if (cell < 0) cell = shared;
  return cells;
}

tl::unexpected<Error> WrongBins() { return WrongState("bins of the state are not those of the features"); }

// What follows from places.
Result<FeatureBins> Complete(FeatureBins bins, const BoostFeature& feature) {
  bins.numbers = feature.levels.empty();
  if (!bins.numbers) {
    const auto highest = *std::max_element(bins.places.begin(), bins.places.end());
    bins.known = static_cast<std::size_t>(highest) + 1;
    return bins;
  }
  bins.known = bins.places.size() + 1;
  for (const std::int64_t place : bins.places) bins.cuts.push_back(CutAt(feature.range, place));
  return bins;
}

}  // namespace

std::size_t FeatureBins::CellOf(double value) const {
  if (std::isnan(value)) return cells() - 1;
  if (!numbers) return static_cast<std::size_t>(places[static_cast<std::size_t>(value)]);
  return static_cast<std::size_t>(std::upper_bound(cuts.begin(), cuts.end(), static_cast<float>(value)) -
                                  cuts.begin());
}

std::size_t FineCells(const BoostFeature& feature) {
  return (feature.levels.empty() ? static_cast<std::size_t>(kFineCells) : feature.levels.size()) + 1;
}

void CountFinely(const BoostFeature& feature, std::span<const double> values, std::span<double> counts) {
  const double width = (feature.range.second - feature.range.first) / kFineCells;
  for (const double value : values) {
    double cell = static_cast<double>(counts.size()) - 1;
    if (!feature.levels.empty() && std::isfinite(value)) cell = value;
    if (feature.levels.empty() && !std::isnan(value))
      cell = std::clamp(std::floor((value - feature.range.first) / width), 0.0, kFineCells - 1.0);
    counts[static_cast<std::size_t>(cell)] += 1;
  }
}

FeatureBins ChooseBins(const BoostFeature& feature, std::span<const double> counts, const BinRules& rules) {
  FeatureBins bins;
  bins.missing = counts.back() >= rules.least;
  const auto known = counts.first(counts.size() - 1);
  bins.places = feature.levels.empty() ? PlacesOf(known, rules) : CellsOfLevels(known, rules.least);
  return *Complete(std::move(bins), feature);
}

Json ToJson(const BoostBins& bins) {
  Json list = Json::array();
  for (const FeatureBins& each : bins) list.push_back({{"places", each.places}, {"missing", each.missing}});
  return list;
}

Result<BoostBins> ReadBins(const Json& json, const std::vector<BoostFeature>& features, int most) {
  if (!json.is_array() || json.size() != features.size()) return WrongBins();
  BoostBins bins;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const bool numbers = features[i].levels.empty();
    const std::size_t levels = features[i].levels.size();
    const Json& each = json[i];
    if (!each.is_object() || !each.contains("places") || !each["places"].is_array()) return WrongBins();
    if (!each.contains("missing") || !each["missing"].is_boolean()) return WrongBins();
    const std::size_t size = each["places"].size();
    if (numbers ? size >= static_cast<std::size_t>(most) : size != levels) return WrongBins();
    const Bounds within = numbers ? Bounds{1, kFineCells - 1} : Bounds{0, static_cast<double>(levels) - 1};
    auto lists = TRY(ListsOf(Json{{"places", Json::array({each["places"]})}}, "places", 1, size, within));
    FeatureBins read{
        .places = std::move(lists.front()), .numbers = numbers, .missing = each["missing"].get<bool>()};
    if (numbers && !std::is_sorted(read.places.begin(), read.places.end(), std::less_equal<>()))
      return WrongBins();
    bins.push_back(TRY(Complete(std::move(read), features[i])));
  }
  return bins;
}

}  // namespace concordat::boosting
