#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/scan/content_queue.h"

namespace portique::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Says of each file how many bytes came, and whether all were the expected ones.
class Counter : public ContentInspector {
public:
  bool begin(const InspectedFile& file, base::Bytes) override {
    file_ = file;
    bytes_ = 0;
    return !file.path.starts_with("skip");
  }

  void content(base::Bytes piece) override {
    for (const std::byte b : piece)
      right_ = right_ && b == static_cast<std::byte>(bytes_++ % 251);
  }

  void end(ContentEvidence& into) override {
    inspect::SecretHit hit;
    hit.path = file_.path;
    hit.line = static_cast<std::uint32_t>(bytes_);
    hit.note = right_ ? "right" : "wrong";
    into.secrets.push_back(hit);
  }

private:
  InspectedFile file_;
  std::uint64_t bytes_ = 0;
  bool right_ = true;
};

std::string content_of(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>(i % 251);
  return text;
}

class ContentQueueTest : public testing::Test {
protected:
  void put(const std::string& path, std::size_t size, std::size_t piece) {
    const std::string text = content_of(size);
    queue_.begin({path, 0644, 0, 0, size});
    for (std::size_t at = 0; at < size; at += piece)
      queue_.content(base::as_bytes(std::string_view(text).substr(at, piece)));
    queue_.end();
  }

  static std::vector<std::unique_ptr<ContentInspector>> inspectors() {
    std::vector<std::unique_ptr<ContentInspector>> all;
    all.push_back(std::make_unique<Counter>());
    return all;
  }

  ContentQueue queue_{inspectors()};
};

TEST_F(ContentQueueTest, HandsEveryByteOfEveryFileOverInOrder) {
  const std::vector<std::size_t> sizes{1, 100, 65'536, 131'072, 131'073, 1'000'000, 3'000'000, 7};
  for (std::size_t i = 0; i < sizes.size(); ++i)
    put(std::to_string(i), sizes[i], i % 2 == 0 ? 32'768 : 1'000'003);
  for (int i = 0; i < 3000; ++i)
    put("small", 10, 10);
  const ContentEvidence found = queue_.finish();
  ASSERT_THAT(found.secrets, SizeIs(sizes.size() + 3000));
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    EXPECT_EQ(found.secrets[i].path, std::to_string(i));
    EXPECT_EQ(found.secrets[i].line, sizes[i]);
    EXPECT_EQ(found.secrets[i].note, "right");
  }
}

TEST_F(ContentQueueTest, IsEmptyAfterEachLayer) {
  put("a", 10, 10);
  EXPECT_THAT(queue_.finish().secrets, SizeIs(1));
  EXPECT_THAT(queue_.finish().secrets, IsEmpty());
  put("b", 10, 10);
  EXPECT_THAT(queue_.finish().secrets, SizeIs(1));
}

TEST_F(ContentQueueTest, ForgetsAFileThatBreaksOff) {
  queue_.begin({"broken", 0644, 0, 0, 500'000});
  queue_.content(base::as_bytes(content_of(300'000)));
  EXPECT_THAT(queue_.finish().secrets, IsEmpty());
  put("whole", 10, 10);
  const ContentEvidence found = queue_.finish();
  ASSERT_THAT(found.secrets, SizeIs(1));
  EXPECT_EQ(found.secrets[0].path, "whole");
}

TEST_F(ContentQueueTest, PassesOverWhatNobodyWants) {
  put("skip", 400'000, 1000);
  put("kept", 5, 5);
  EXPECT_THAT(queue_.finish().secrets, SizeIs(1));
}

} // namespace
} // namespace portique::scan
