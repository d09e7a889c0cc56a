// What a contract says for people: description, team, support, promises of service.
#pragma once

#include "catalogue/about.h"
#include "catalogue/yaml.h"

namespace concordat::catalogue {

void ReadAbout(const YamlReader& root, About& about);

}  // namespace concordat::catalogue
