// How an answer looks: text for people, JSON or CSV for machines.
#pragma once

#include "invocation.h"
#include "node/verb.h"

namespace concordat::cli {

void Print(const Invocation& invocation, const node::Reply& reply);

}  // namespace concordat::cli
