#include "portique/scan/clamd_relay.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <thread>

#include "portique/base/channel.h"
#include "portique/base/codec.h"
#include "portique/inspect/malware/clamd_session.h"

namespace portique::scan {

namespace {

/// What goes over a channel.
enum class Word : std::uint32_t {
  Piece = 1, ///< bytes of the file that is open; the first one opens it
  End,       ///< of the file; the verdict is awaited
  Clean = 100,
  Found,  ///< the signature
  Failed, ///< the reason
};

std::uint32_t number(Word word) {
  return static_cast<std::uint32_t>(word);
}

constexpr std::uint64_t kPieceBytes = 256U << 10U;
constexpr std::uint64_t kAnswerBytes = 8U << 10U;
/// A clamd that hangs is not asked for every file of a layer: when so many files in a row were not
/// looked at, or when one of them took so long, it is given up.
constexpr std::size_t kFailuresInRow = 20;
constexpr std::chrono::seconds kPatience{60};

/// Relays what one inspector sends.
class Relayer {
public:
  Relayer(base::Channel& channel, const std::filesystem::path& socket)
      : channel_(&channel), socket_(&socket) {}

  void run() {
    while (true) {
      const auto message = channel_->receive(kPieceBytes);
      if (!message) return; // the reader has gone, or is not to be trusted
      if (message->type == number(Word::Piece)) {
        take(base::as_bytes(message->payload));
      } else if (message->type == number(Word::End)) {
        if (!answer()) return;
      } else {
        return;
      }
    }
  }

private:
  void take(base::Bytes piece) {
    if (failure_) return;
    if (const auto taken = try_take(piece); !taken) fail(taken.error());
  }

  base::Result<void> try_take(base::Bytes piece) {
    if (!session_) session_.emplace(PQ_TRY(inspect::ClamdSession::open(*socket_)));
    if (!open_) PQ_TRY(session_->begin());
    open_ = true;
    return session_->content(piece);
  }

  void fail(const base::Error& error) {
    failure_ = error.text();
    session_.reset(); // the next file gets a new one
  }

  bool answer() {
    std::optional<std::string> signature;
    if (!failure_ && open_) {
      auto verdict = session_->end();
      if (verdict)
        signature = std::move(*verdict);
      else
        fail(verdict.error());
    }
    const Word word = failure_ ? Word::Failed : signature ? Word::Found : Word::Clean;
    const std::string text = failure_.value_or(signature.value_or(""));
    failure_.reset();
    open_ = false;
    return channel_->send(number(word), base::as_bytes(text)).has_value();
  }

  base::Channel* channel_;
  const std::filesystem::path* socket_;
  std::optional<inspect::ClamdSession> session_;
  bool open_ = false;
  std::optional<std::string> failure_; ///< of the file that is open
};

} // namespace

struct ClamdRelay::State {
  std::filesystem::path socket;
  std::vector<base::Fd> reader_ends;
  std::deque<base::Channel> channels; ///< which stay where they are: threads refer to them
  std::vector<std::thread> threads;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() {
    reader_ends.clear();
    for (std::thread& thread : threads)
      thread.join();
  }
};

ClamdRelay::ClamdRelay(std::unique_ptr<State> state) : state_(std::move(state)) {}

ClamdRelay::~ClamdRelay() = default;
ClamdRelay::ClamdRelay(ClamdRelay&&) noexcept = default;
ClamdRelay& ClamdRelay::operator=(ClamdRelay&&) noexcept = default;

base::Result<ClamdRelay> ClamdRelay::prepare(std::filesystem::path socket, unsigned channels) {
  auto state = std::make_unique<State>();
  state->socket = std::move(socket);
  for (unsigned i = 0; i < channels; ++i) {
    auto [inside, outside] = PQ_TRY(base::Channel::socket_pair());
    state->reader_ends.push_back(std::move(inside));
    state->channels.emplace_back(std::move(outside));
  }
  return ClamdRelay(std::move(state));
}

std::vector<int> ClamdRelay::reader_ends() const {
  std::vector<int> ends;
  for (const base::Fd& end : state_->reader_ends)
    ends.push_back(end.get());
  return ends;
}

void ClamdRelay::start() {
  state_->reader_ends.clear();
  for (base::Channel& channel : state_->channels)
    state_->threads.emplace_back(
        [&channel, socket = &state_->socket] { Relayer(channel, *socket).run(); });
}

namespace {

class ClamdInspector : public ContentInspector {
public:
  ClamdInspector(base::Fd channel, const inspect::MalwareLimits& limits)
      : channel_(std::move(channel)), most_bytes_(limits.clamd_stream_bytes),
        most_hits_(limits.hits_in_layer) {}

  bool begin(const InspectedFile& file, base::Bytes) override {
    path_ = file.path;
    too_large_ = file.size > most_bytes_;
    sent_ = 0;
    begun_ = std::chrono::steady_clock::now();
    return file.size > 0 && !given_up_;
  }

  void content(base::Bytes piece) override {
    while (!piece.empty() && !too_large_) {
      const base::Bytes part = piece.first(std::min<std::size_t>(piece.size(), kPieceBytes));
      send(Word::Piece, part);
      sent_ += part.size();
      piece = piece.subspan(part.size());
    }
  }

  void end(ContentEvidence& into) override {
    if (too_large_)
      return add_issue(base::Code::LimitExceeded,
                       "the file is larger than clamd takes (" +
                           std::to_string(most_bytes_ >> 20U) + " MiB)",
                       into);
    if (sent_ == 0) return;
    send(Word::End, {});
    const auto answer = channel_.receive(kAnswerBytes);
    const bool is_verdict =
        answer && (answer->type == number(Word::Found) || answer->type == number(Word::Clean));
    if (is_verdict) {
      failures_in_row_ = 0;
      if (answer->type == number(Word::Found)) add_hit(answer->payload, into);
      return;
    }
    add_issue(answer ? base::Code::Io : answer.error().code(),
              answer ? answer->payload : "clamd cannot be reached any more",
              into);
    given_up_ = ++failures_in_row_ >= kFailuresInRow ||
                std::chrono::steady_clock::now() - begun_ >= kPatience;
    if (given_up_)
      add_issue(
          base::Code::Io, "clamd is given up; the files from here on were not shown to it", into);
  }

private:
  /// A failure shows when the answer is awaited.
  void send(Word word, base::Bytes bytes) { (void)channel_.send(number(word), bytes); }

  void add_issue(base::Code code, std::string text, ContentEvidence& into) const {
    into.issues.push_back({code, std::move(text), path_, model::kNoLayer});
  }

  void add_hit(const std::string& signature, ContentEvidence& into) const {
    if (into.malware.size() >= most_hits_)
      return add_issue(base::Code::LimitExceeded, "the layer has too much malware to list", into);
    inspect::MalwareHit hit;
    hit.rule = "PQ-MW-CLAMAV";
    hit.title = "ClamAV knows the file as " + signature;
    hit.severity = model::Severity::Critical;
    hit.remedy = "Remove the file, and find out how it came into the image";
    hit.reference = "https://docs.clamav.net/";
    hit.path = path_;
    hit.source = "ClamAV";
    hit.detail = "signature " + signature;
    into.malware.push_back(std::move(hit));
  }

  base::Channel channel_;
  std::uint64_t most_bytes_;
  std::uint64_t most_hits_;
  std::string path_;
  std::uint64_t sent_ = 0;
  bool too_large_ = false;
  std::chrono::steady_clock::time_point begun_; ///< the file
  std::size_t failures_in_row_ = 0;
  bool given_up_ = false; ///< for the rest of the layers that this inspector sees
};

} // namespace

std::unique_ptr<ContentInspector> clamd_inspector(base::Fd channel,
                                                  const inspect::MalwareLimits& limits) {
  return std::make_unique<ClamdInspector>(std::move(channel), limits);
}

} // namespace portique::scan
