// What a call of a network under disclosure rules says.
#include <fmt/format.h>

#include <optional>

#include "learning/options.h"
#include "training/federated.h"
#include "training/methods.h"

namespace concordat::training {
namespace {

constexpr std::size_t kFewestMembers = 5;
constexpr std::size_t kMostNumbers = std::size_t{1} << 22;  // of all members together in a round
constexpr int kMostRounds = 2000, kMostRobustRounds = 1500;

struct Federation {
  Server server = Server::kMean;
  double server_rate = 1;
  double mu = 0;
};

Outcome<Federation> FederationOf(learning::Options& options) {
  const std::string method = TRY(options.Choice("method", {"fedavg", "fedprox", "fedadam", "scaffold"}));
  Federation federation;
  if (method == "fedadam") federation = {.server = Server::kAdam, .server_rate = 0.03};
  if (method == "scaffold") federation.server = Server::kScaffold;
  federation.server_rate = TRY(options.Number("server_rate", federation.server_rate, 1e-6, 10));
  if (method == "fedprox") federation.mu = TRY(options.Number("mu", 0.01, 0, 1000));
  return federation;
}

Outcome<Training> TrainingOf(learning::Options& options) {
  Training training;
  training.epochs = TRY(options.Whole("epochs", 1, 1, 1000));
  training.batch = TRY(options.Whole("batch", 32, 0, 1'000'000));
  training.learning_rate = TRY(options.Number("learning_rate", 0.1, 1e-6, 100));
  training.clip = TRY(options.Number("clip", 10, 1e-6, 1000));
  return training;
}

struct Combining {
  bool robust = false;
  std::optional<double> trim;  // the share of members at each end; none: all but the middle
};

Outcome<Combining> CombiningOf(learning::Options& options, Server server) {
  const std::string combine = TRY(options.Choice("combine", {"mean", "median", "trimmed_mean"}));
  Combining combining{.robust = combine != "mean", .trim = {}};
  if (combine == "trimmed_mean") combining.trim = TRY(options.Number("trim", 0.25, 0.01, 0.49));
  if (combining.robust && server == Server::kScaffold)
    return Refuse(
        "not_robust",
        "scaffold sums up members' gradients besides, and one member decides of a sum what it likes",
        "write method => 'fedavg', 'fedprox' or 'fedadam'", "0A000");
  return combining;
}

Outcome<std::size_t> TrimmedOf(const Combining& combining, std::size_t members) {
  if (members < kFewestMembers || members > Votes::kMostMembers)
    return Refuse(
        "too_few_members",
        fmt::format("{} members hold the table: counts of fewer than {} tell of single members, and "
                    "more than {} are not counted",
                    members, kFewestMembers, Votes::kMostMembers),
        "write combine => 'mean'", "42501");
  if (!combining.trim) return (members - 1) / 2;
  const auto trimmed = static_cast<std::size_t>(*combining.trim * static_cast<double>(members));
  if (trimmed > 0) return trimmed;
  return Refuse("option_invalid", fmt::format("trim => {} of {} members is nobody", *combining.trim, members),
                fmt::format("write trim => {:.2f}, or more", 1.0 / static_cast<double>(members) + 0.005),
                "22023");
}

Outcome<Robust> RobustOf(const Combining& combining, const learning::Schema& schema, const Training& training,
                         Eigen::Index parameters) {
  const learning::Field* site = learning::Find(schema, learning::kSite);
  const std::size_t members = site == nullptr ? 0 : site->levels.size();
  const std::size_t trimmed = TRY(TrimmedOf(combining, members));
  Robust robust({.members = members, .trimmed = trimmed, .most = training.clip, .numbers = parameters});
  if (robust.Length(1) * members <= kMostNumbers) return robust;
  return Refuse(
      "layers_too_large",
      fmt::format("{} parameters take {} numbers in each count of {} members", parameters, robust.Length(1),
                  members),
      fmt::format("write fewer units: {} numbers of all members together are the most", kMostNumbers),
      "54000");
}

}  // namespace

learning::Made MakeNetwork(const learning::Call& call, const learning::Schema& schema,
                           const learning::Rules& rules) {
  learning::Options options(call);
  const std::string layers = TRY(options.Text("layers", ""));
  const Federation federation = TRY(FederationOf(options));
  Training training = TRY(TrainingOf(options));
  training.mu = federation.mu;
  const Combining combining = TRY(CombiningOf(options, federation.server));
  const int rounds = TRY(options.Whole("rounds", 20, 1, combining.robust ? kMostRobustRounds : kMostRounds));
  const int seed = TRY(options.Whole("seed", 1, 0, 2147483647));
  TRY(options.End());
  NetworkDesign design = TRY(NetworkDesign::Bind(call.formula, layers, schema));
  learning::Survey survey = TRY(learning::Survey::Make(design.design(), schema, rules, {}));
  std::optional<Robust> robust;
  if (combining.robust) robust = TRY(RobustOf(combining, schema, training, design.network().parameters()));
  return FederatedOf({.design = std::move(design),
                      .survey = std::move(survey),
                      .rules = rules,
                      .training = training,
                      .server = federation.server,
                      .server_rate = federation.server_rate,
                      .rounds = rounds,
                      .seed = static_cast<std::uint64_t>(seed),
                      .robust = std::move(robust)});
}

}  // namespace concordat::training
