#pragma once

// Makes the examples of rules/secrets.yaml whole: "<62:36>" becomes 36 letters and digits, "<uuid>"
// a UUID, "<=ghp_>" just "ghp_". So no file of ours holds what looks like a secret.

#include <random>
#include <string>
#include <string_view>

#include "portique/base/text.h"
#include "portique/inspect/secrets/secret_checks.h"

namespace portique::inspect {

class ExampleMaker {
public:
  explicit ExampleMaker(unsigned seed = 7) : random_(seed) {}

  std::string make(std::string_view example) {
    std::string made;
    while (!example.empty()) {
      const std::size_t open = example.find('<');
      made += example.substr(0, open);
      if (open == std::string_view::npos) break;
      const std::size_t close = example.find('>', open);
      if (close == std::string_view::npos) {
        made += example.substr(open);
        break;
      }
      const std::string_view word = example.substr(open + 1, close - open - 1);
      if (const std::string stands_for = replace(word); !stands_for.empty()) {
        made += stands_for;
        example.remove_prefix(close + 1);
      } else {
        made += '<';
        example.remove_prefix(open + 1);
      }
    }
    return made;
  }

  /// Characters of an alphabet, no two neighbours of which follow each other in it.
  std::string from(std::string_view alphabet, std::size_t count) {
    std::string text;
    while (text.size() < count) {
      const char c = alphabet[random_() % alphabet.size()];
      if (text.empty() || (c > text.back() + 1 || c < text.back() - 1)) text += c;
    }
    return text;
  }

private:
  static constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  static constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
  static constexpr std::string_view kDigits = "0123456789";

  std::string replace(std::string_view word) {
    if (word.starts_with('=')) return std::string(word.substr(1));
    if (word == "uuid")
      return from(kHex, 8) + "-" + from(kHex, 4) + "-4" + from(kHex, 3) + "-a" + from(kHex, 3) +
             "-" + from(kHex, 12);
    if (word == "basic") return base::to_base64("acme:" + from(k62, 18));
    if (word == "jwt")
      return url(R"({"alg":"HS256","typ":"JWT"})") + "." +
             url(R"({"sub":"acme","iat":1700000000})") + "." + from(k62, 43);
    if (word.starts_with("pem:")) return pem(word.substr(4), "\n");
    if (word.starts_with("json-pem:")) return pem(word.substr(9), "\\n");
    std::string_view kind = word;
    const std::string_view name = base::take_until(kind, ':');
    const auto count = base::parse_int<std::size_t>(kind);
    if (!count) return {};
    if (name == "crc") {
      const std::string random = from(k62, *count);
      return random + checksum_base62(random);
    }
    if (name == "hexlines") {
      std::string lines;
      for (std::size_t i = 0; i < *count; ++i)
        lines += from(kHex, 32) + "\n";
      return lines;
    }
    const std::string alphabet = alphabet_of(name);
    return alphabet.empty() ? std::string() : from(alphabet, *count);
  }

  static std::string alphabet_of(std::string_view name) {
    if (name == "62") return k62;
    if (name == "64") return k62 + "+/";
    if (name == "url") return k62 + "-_";
    if (name == "hex") return std::string(kHex);
    if (name == "HEX") return "0123456789ABCDEF";
    if (name == "32") return std::string(kUpper) + "234567";
    if (name == "up") return std::string(kUpper) + std::string(kDigits);
    if (name == "low") return std::string(kLower) + std::string(kDigits);
    if (name == "alpha") return std::string(kUpper) + std::string(kLower);
    if (name == "dec") return std::string(kDigits);
    if (name == "b32") return "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    return {};
  }

  static std::string url(std::string_view text) {
    std::string encoded = base::to_base64(text);
    while (encoded.ends_with('='))
      encoded.pop_back();
    return encoded;
  }

  /// A DER SEQUENCE of 200 bytes.
  std::string pem(std::string_view name, std::string_view line_break) {
    std::string der = "\x30\x81\xc8";
    for (int i = 0; i < 200; ++i)
      der += static_cast<char>(random_() & 0xFFU);
    const std::string body = base::to_base64(der);
    std::string text = "-----BEGIN " + std::string(name) + "-----";
    for (std::size_t i = 0; i < body.size(); i += 64)
      text += std::string(line_break) + body.substr(i, 64);
    return text + std::string(line_break) + "-----END " + std::string(name) + "-----";
  }

  static constexpr std::string_view kHex = "0123456789abcdef";
  inline static const std::string k62 =
      std::string(kUpper) + std::string(kLower) + std::string(kDigits);

  std::mt19937 random_;
};

} // namespace portique::inspect
