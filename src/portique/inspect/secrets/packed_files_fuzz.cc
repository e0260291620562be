// An archive in memory; the first byte says of which kind.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/base/text.h"
#include "portique/inspect/secrets/packed_files.h"

namespace inspect = portique::inspect;

namespace {

class Counter : public inspect::PackedFileSink {
public:
  bool begin(std::string_view /*name*/, portique::base::Bytes first) override {
    if (open_) std::abort();
    static_cast<void>(inspect::content_form(portique::base::as_text(first)));
    open_ = true;
    return true;
  }

  void content(portique::base::Bytes piece) override {
    if (!open_) std::abort();
    bytes += piece.size();
  }

  void end() override {
    if (!open_) std::abort();
    open_ = false;
  }

  [[nodiscard]] bool is_open() const { return open_; }

  std::uint64_t bytes = 0;

private:
  bool open_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto kind = data[0] % 2U == 0 ? inspect::ContentForm::Gzip : inspect::ContentForm::Zip;
  constexpr std::uint64_t kBudget = 4ULL << 20U;
  std::uint64_t left = kBudget;
  Counter counter;
  static_cast<void>(inspect::for_each_packed_file(
      kind,
      portique::base::Bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1),
      {},
      left,
      counter));
  if (counter.is_open() || counter.bytes > kBudget) std::abort();
  return 0;
}
