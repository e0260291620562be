#include "portique/access/audit/entry_line.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/text.h"

namespace portique::access {

namespace {

constexpr std::size_t kListItems = 64; ///< groups of a directory service: some dozen
constexpr std::size_t kItemBytes = 512;

constexpr std::string_view kNumber = "{\"n\":";
constexpr std::string_view kPrevious = ",\"previous\":\"";
constexpr std::string_view kKind = "\",\"kind\":\"";

void append_quoted(std::string& into, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  into += '"';
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      into += '\\';
      into += c;
    } else if (code < 0x20 || code == 0x7f) {
      into += "\\u00";
      into += kHex[code >> 4U];
      into += kHex[code & 15U];
    } else {
      into += c;
    }
  }
  into += '"';
}

void append_bounded(std::string& into, std::string_view text, std::size_t most) {
  const bool is_cut = text.size() > most;
  const std::string_view kept = text.substr(0, most);
  if (!is_cut && base::is_utf8(kept)) {
    append_quoted(into, kept);
    return;
  }
  std::string clean = base::to_utf8(kept);
  if (is_cut) clean += fmt::format(" [cut, {} bytes]", text.size());
  append_quoted(into, clean);
}

void append_name(std::string& into, std::string_view name) {
  into += ",\"";
  into += name;
  into += "\":";
}

} // namespace

LineMembers::LineMembers(std::string_view kind) {
  bytes_.reserve(512);
  bytes_ += "\"kind\":\"";
  bytes_ += kind;
  bytes_ += '"';
}

LineMembers& LineMembers::text(std::string_view name, std::string_view value, std::size_t most) {
  if (value.empty()) return *this;
  append_name(bytes_, name);
  append_bounded(bytes_, value, most);
  return *this;
}

LineMembers& LineMembers::number(std::string_view name, std::int64_t value) {
  append_name(bytes_, name);
  bytes_ += std::to_string(value);
  return *this;
}

LineMembers& LineMembers::flag(std::string_view name, bool value) {
  append_name(bytes_, name);
  bytes_ += value ? "true" : "false";
  return *this;
}

LineMembers& LineMembers::list(std::string_view name, std::span<const std::string> items) {
  if (items.empty()) return *this;
  append_name(bytes_, name);
  bytes_ += '[';
  for (std::size_t i = 0; i < std::min(items.size(), kListItems); ++i) {
    if (i > 0) bytes_ += ',';
    append_bounded(bytes_, items[i], kItemBytes);
  }
  bytes_ += ']';
  if (items.size() > kListItems)
    number(fmt::format("{}_total", name), static_cast<std::int64_t>(items.size()));
  return *this;
}

LineMembers& LineMembers::json(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  append_name(bytes_, name);
  bytes_ += value;
  return *this;
}

LineMembers& LineMembers::time(std::string_view name, base::Time value) {
  return text(name, base::format_time(value));
}

LineMembers event_members(const AuditEvent& event) {
  LineMembers members("decision");
  members.time("time", event.time).text("gate", event.gate);
  const Identity& caller = event.caller;
  members.text("user", caller.user).list("groups", caller.groups);
  members.text("proof", proof_name(caller.proof)).text("address", caller.address);
  members.text("certificate", caller.certificate);
  if (caller.local) {
    members.number("uid", caller.local->uid).number("gid", caller.local->gid);
    members.number("pid", caller.local->pid);
    if (caller.local->login_uid) members.number("login_uid", *caller.local->login_uid);
    members.text("caller_container", caller.local->container);
  }
  members.text("action", event.action);
  members.text("resource_kind", event.resource_kind).text("resource", event.resource);
  members.text("method", event.method).text("target", event.target);
  members.text("request", event.request_digest).text("command", event.command);
  const Decision& decision = event.decision;
  members.text("decision", decision.allow ? "allow" : "deny").text("reason", decision.reason);
  members.text("role", decision.role).text("rule", decision.rule).text("policy", decision.policy);
  members.list("warnings", decision.warnings).text("exception", decision.exception);
  if (decision.break_glass) members.flag("break_glass", true);
  members.json("facts", event.facts);
  return members;
}

std::string line_text(std::uint64_t number, const Hash& previous, std::string_view members) {
  std::string line;
  line.reserve(members.size() + 112);
  line += kNumber;
  line += std::to_string(number);
  line += kPrevious;
  line += hash_text(previous);
  line += "\",";
  line += members;
  line += '}';
  return line;
}

std::optional<LineStart> read_line_start(std::string_view line) {
  if (!line.starts_with(kNumber)) return std::nullopt;
  line.remove_prefix(kNumber.size());
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  LineStart start;
  const auto number = base::parse_int<std::uint64_t>(line.substr(0, digits));
  if (!number || *number == 0 || line.front() == '0') return std::nullopt;
  start.number = *number;
  line.remove_prefix(digits);
  if (!line.starts_with(kPrevious)) return std::nullopt;
  line.remove_prefix(kPrevious.size());
  const auto previous = parse_hash(line.substr(0, 64));
  if (!previous) return std::nullopt;
  start.previous = *previous;
  line.remove_prefix(64);
  if (!line.starts_with(kKind)) return std::nullopt;
  line.remove_prefix(kKind.size());
  const std::size_t end = line.find('"');
  if (end == std::string_view::npos || !line.ends_with('}')) return std::nullopt;
  start.kind = line.substr(0, end);
  const auto is_name = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  if (start.kind.empty() || !std::ranges::all_of(start.kind, is_name)) return std::nullopt;
  return start;
}

} // namespace portique::access
