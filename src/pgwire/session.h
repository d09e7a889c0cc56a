// A session after login: messages in, bytes out, in steps small enough that a slow client holds no worker and
// no more than a chunk of encoded rows waits for it. No sockets.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pgwire/executor.h"
#include "pgwire/message.h"
#include "pgwire/reply.h"

namespace concordat::pgwire {

inline constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

// Takes bytes that go out now, before all that the step under way returns. False: so much waits for the
// client already that these were not taken. Any thread; does not wait.
using Send = std::function<bool(const std::string& bytes)>;

// Threading: one thread at a time; Step may block in the backend, and calls `send` meanwhile.
class Session {
 public:
  Session(Backend& backend, const Limits& limits, Interrupt& interrupt, release::Caller caller,
          Settings settings, Send send);

  // ParameterStatus for everything reported, BackendKeyData, ReadyForQuery: the end of a login.
  void Greet(const CancelRequest& key, std::string& out);
  void Accept(Message message) { waiting_.push_back(std::move(message)); }
  // Works until `out` holds about a chunk, or nothing is left to do; true if there is more.
  bool Step(std::string& out);

  bool ended() const { return ended_; }  // the client said goodbye
  // Nothing is under way: the last thing said was ReadyForQuery.
  bool idle() const { return ready_ && waiting_.empty(); }

 private:
  // Rows on their way out, to the end of a statement or a portal's row limit.
  struct Flow {
    Effect effect;
    std::vector<Format> formats;
    std::size_t sent = 0;
    std::optional<std::size_t> limit;  // past this many rows the portal is suspended
    std::string portal;
    bool extended = false;
    std::string pending;  // of COPY: what goes out with the next row
  };
  // What is left of a Query message.
  struct Script {
    std::string text;
    std::vector<Statement> statements;
    std::size_t next = 0;
  };

  void Handle(Message message, std::string& out);
  void On(Query query, std::string& out);
  void On(Parse parse, std::string& out);
  void On(Bind bind, std::string& out);
  void On(const Describe& describe, std::string& out);
  void On(const Execute& execute, std::string& out);
  void On(const Close& close, std::string& out);
  void On(Sync sync, std::string& out);
  void On(FunctionCall call, std::string& out);

  Outcome<void> ParseStatement(Parse& parse);
  Outcome<void> BindPortal(Bind& bind);
  Outcome<void> DescribeTarget(const Describe& describe, std::string& out);
  Outcome<void> ExecutePortal(const Execute& execute, std::string& out);
  Outcome<Effect> FirstRun(const std::string& name, const Portal& portal, std::string& out);

  void RunNext(std::string& out);  // of the script
  void StartFlow(Flow flow, std::string& out);
  void Pump(std::string& out);  // the flow
  Outcome<void> AppendRow(std::string& out);
  void FinishFlow(std::string& out, bool suspended);
  void AppendNotices(std::string& out);
  void SendNow(const Report& notice);  // while the executor runs a statement; any thread
  // `text` and `offset` as Explained takes them.
  void Fail(const Refusal& refusal, std::string& out, std::string_view text = {}, std::size_t offset = 0);
  void ReportSettings(std::string& out);  // those that changed
  void Ready(std::string& out);
  Outcome<void> CheckText(const std::string& text) const;

  const Send send_;
  std::mutex sending_;
  std::string* out_ = nullptr;  // of the step under way; while a statement runs, guarded by sending_
  Executor executor_;
  std::deque<Message> waiting_;
  std::optional<Script> script_;
  std::optional<Flow> flow_;
  std::vector<std::pair<std::string, std::string>> reported_;
  bool skips_to_sync_ = false;
  bool ready_ = false;
  bool ended_ = false;
};

}  // namespace concordat::pgwire
