// Networks that concordat.network fitted: layer after layer, each number of which has a name.
#pragma once

#include "model/document.h"

namespace concordat::model {

// {"formula":…, "network":…}, the second as docs/formats/network.md has it. Errors: kInvalidArgument: not
// one, or one of other inputs. kResourceExhausted: past kMostProducts.
Result<std::shared_ptr<const Score>> ReadNetwork(const Json& json,
                                                 const std::vector<learning::Field>& inputs);

}  // namespace concordat::model
