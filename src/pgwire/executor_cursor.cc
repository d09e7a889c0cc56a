// DECLARE, FETCH, MOVE, CLOSE. An answer is asked for, charged and noticed when its cursor is declared;
// fetching is free.
#include <fmt/format.h>

#include "pgwire/executor.h"

namespace concordat::pgwire {

Outcome<Portal*> Executor::FindCursor(const std::string& name) {
  auto portal = portals_.Find(name);
  if (!portal || !(*portal)->cursor) {
    return Refuse("", fmt::format("cursor \"{}\" does not exist", name), "", "34000");
  }
  return portal;
}

Outcome<Effect> Executor::Do(const DeclareCommand& command, const Row& parameters) {
  if (!command.hold && !transaction_.in_block() && !in_script_) {
    return Refuse("", "DECLARE CURSOR can only be used in transaction blocks",
                  "BEGIN first, or DECLARE … WITH HOLD", "25P01");
  }
  Portal portal;
  portal.cursor = true;
  portal.hold = command.hold;
  portal.can_scroll = !command.no_scroll;
  Portal* const added = TRY(portals_.Add(command.cursor, std::move(portal)));
  auto answer = Ask(command.question, parameters);
  Outcome<void> held;
  if (answer) held = portals_.Hold(*added, **answer);
  if (!answer || !held) {
    portals_.Close(command.cursor);
    return tl::unexpected(answer ? std::move(held).error() : std::move(answer).error());
  }
  added->effect = Rows(*std::move(answer), "FETCH", true);
  added->effect->binary = command.binary;
  return Done("DECLARE CURSOR");
}

Outcome<Effect> Executor::Do(const FetchCommand& command, const Row&) {
  Portal& portal = *TRY(FindCursor(command.cursor));
  const Answer& answer = *portal.effect->answer;
  const std::size_t before = portal.position;
  std::size_t position = before;
  const Span span = Move(position, answer.rows.size(), command.direction, command.count);
  if (!portal.can_scroll && (span.backward || position < before)) {
    return Refuse("", "cursor can only scan forward", "declare it with SCROLL to scan backward", "55000");
  }
  portal.position = position;
  const std::size_t count = span.end - span.begin;
  if (command.move) return Done(fmt::format("MOVE {}", count));
  Effect effect = *portal.effect;
  effect.begin = span.begin;
  effect.end = span.end;
  if (span.backward) {
    auto turned = std::make_shared<Answer>();
    turned->columns = answer.columns;
    for (std::size_t i = span.end; i > span.begin; --i) turned->rows.push_back(answer.rows[i - 1]);
    effect = Rows(std::move(turned), "FETCH", true);
    effect.binary = portal.effect->binary;
  }
  return effect;
}

Outcome<Effect> Executor::Do(const CloseCommand& command, const Row&) {
  if (!command.cursor) {
    portals_.CloseAll();
    return Done("CLOSE CURSOR ALL");
  }
  TRY(FindCursor(*command.cursor));
  portals_.Close(*command.cursor);
  return Done("CLOSE CURSOR");
}

}  // namespace concordat::pgwire
