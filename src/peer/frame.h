// Parts as protobuf has them; inside this module alone.
#pragma once

#include "peer/envelope.h"

namespace concordat::peer {

namespace wire {
class Frame;
}

wire::Frame FrameOf(const Part& part);
Part PartOf(const wire::Frame& frame);

}  // namespace concordat::peer
