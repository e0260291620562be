#pragma once

// What a field holds when a condition asks for it. Borrowed, trivially copied, never allocated.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace portique::policy {

/// An IPv6 address, or an IPv4 one in its IPv6 form (RFC 4291, 2.5.5.2).
struct Address {
  std::array<std::uint8_t, 16> bytes{};

  friend bool operator==(const Address&, const Address&) = default;
};

/// "10.0.0.1", "::1"; nothing for any other text.
std::optional<Address> parse_address(std::string_view text);

/// Addresses whose first `bits` bits are the same.
struct Network {
  Address address;
  unsigned bits = 128;

  [[nodiscard]] bool contains(const Address& other) const;
};

/// "10.0.0.0/8", "fd00::/8", or one address.
std::optional<Network> parse_network(std::string_view text);

class Value {
public:
  enum class Kind : std::uint8_t { Absent, Text, Integer, Decimal, Boolean, Address, List };

  Value() : integer_(0) {}

  static Value text(std::string_view text) {
    Value value(Kind::Text);
    value.data_ = text.data();
    value.size_ = text.size();
    return value;
  }

  static Value integer(std::int64_t number) {
    Value value(Kind::Integer);
    value.integer_ = number;
    return value;
  }

  static Value decimal(double number) {
    Value value(Kind::Decimal);
    value.decimal_ = number;
    return value;
  }

  static Value boolean(bool truth) {
    Value value(Kind::Boolean);
    value.integer_ = truth ? 1 : 0;
    return value;
  }

  /// Borrows the address.
  static Value address(const Address& address) {
    Value value(Kind::Address);
    value.address_ = &address;
    return value;
  }

  /// Borrows the items, which are no lists themselves. An empty list counts as absent.
  static Value list(const Value* items, std::size_t count) {
    if (count == 0) return {};
    Value value(Kind::List);
    value.items_ = items;
    value.size_ = count;
    return value;
  }

  [[nodiscard]] Kind kind() const { return kind_; }

  [[nodiscard]] bool is_absent() const { return kind_ == Kind::Absent; }

  [[nodiscard]] bool is_text() const { return kind_ == Kind::Text; }

  [[nodiscard]] bool is_list() const { return kind_ == Kind::List; }

  /// Of a text; the empty text for any other kind.
  [[nodiscard]] std::string_view text() const {
    return is_text() ? std::string_view(data_, size_) : std::string_view();
  }

  /// Of an integer or a boolean.
  [[nodiscard]] std::int64_t integer() const { return integer_; }

  [[nodiscard]] double decimal() const { return decimal_; }

  /// Of an address.
  [[nodiscard]] const Address& address() const { return *address_; }

  /// Of a list.
  [[nodiscard]] const Value* begin() const { return items_; }

  [[nodiscard]] const Value* end() const { return items_ + size_; }

  [[nodiscard]] std::size_t count() const { return size_; }

private:
  explicit Value(Kind kind) : integer_(0), kind_(kind) {}

  union {
    const char* data_;
    std::int64_t integer_;
    double decimal_;
    const Address* address_;
    const Value* items_;
  };

  std::size_t size_ = 0;
  Kind kind_ = Kind::Absent;
};

} // namespace portique::policy
