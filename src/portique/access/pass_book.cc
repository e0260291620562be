#include "portique/access/pass_book.h"

#include <cstddef>

#include "portique/base/random.h"

namespace portique::access {

namespace {

constexpr std::size_t kWordBytes = 16;

std::string request_text(std::string_view method, std::string_view target) {
  return std::string(method).append(" ").append(target);
}

} // namespace

base::Result<std::string> PassBook::issue(std::string_view method, std::string_view target) {
  std::string word = PQ_TRY(base::random_word(kWordBytes));
  const std::scoped_lock lock(mutex_);
  requests_.emplace(word, request_text(method, target));
  return word;
}

bool PassBook::redeem(std::string_view word, std::string_view method, std::string_view target) {
  const std::scoped_lock lock(mutex_);
  const auto found = requests_.find(word);
  if (found == requests_.end() || found->second != request_text(method, target)) return false;
  requests_.erase(found);
  return true;
}

void PassBook::revoke(std::string_view word) {
  const std::scoped_lock lock(mutex_);
  const auto found = requests_.find(word);
  if (found != requests_.end()) requests_.erase(found);
}

} // namespace portique::access
