#include "portique/policy/message_template.h"

#include "portique/base/text.h"

namespace portique::policy {

namespace {

bool is_field_char(char c) {
  return base::is_alnum(c) || c == '_' || c == '.';
}

/// Length of "proc.aname[2]" or "tolower(proc.name)" at the beginning of the text.
std::size_t percent_field_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_field_char(text[length]))
    ++length;
  if (length < text.size() && (text[length] == '[' || text[length] == '(')) {
    const std::size_t end = text.find(text[length] == '[' ? ']' : ')', length);
    return end == std::string_view::npos ? length : end + 1;
  }
  while (length > 0 && text[length - 1] == '.') // a full stop behind the field
    --length;
  return length;
}

class MessageParser {
public:
  MessageParser(Compiler& compiler, std::vector<Complaint>& complaints)
      : compiler_(&compiler), complaints_(&complaints) {}

  MessageTemplate take() {
    parts_.parts.push_back({std::move(literal_), std::nullopt});
    return std::move(parts_);
  }

  void add(char c) { literal_ += c; }

  void add_field(std::string_view written, std::string_view name, std::size_t at) {
    const auto field = compiler_->field(std::string(name));
    if (!field) {
      Complaint complaint = field.error();
      complaint.span = {static_cast<std::uint32_t>(at),
                        static_cast<std::uint32_t>(at + written.size())};
      complaints_->push_back(std::move(complaint));
      literal_ += written;
      return;
    }
    parts_.parts.push_back({std::move(literal_), field->operand});
    literal_.clear();
  }

private:
  Compiler* compiler_;
  std::vector<Complaint>* complaints_;
  MessageTemplate parts_;
  std::string literal_;
};

} // namespace

MessageTemplate parse_message(const std::string& text,
                              bool percent,
                              Compiler& compiler,
                              std::vector<Complaint>& complaints) {
  MessageParser parser(compiler, complaints);
  const std::string_view view = text;
  for (std::size_t i = 0; i < view.size(); ++i) {
    const char mark = percent ? '%' : '{';
    if (view[i] != mark) {
      parser.add(view[i]);
      continue;
    }
    if (i + 1 < view.size() && view[i + 1] == mark) { // twice: itself
      parser.add(mark);
      ++i;
      continue;
    }
    if (percent) {
      const std::size_t length = percent_field_length(view.substr(i + 1));
      if (length == 0) {
        parser.add(mark);
        continue;
      }
      parser.add_field(view.substr(i, length + 1), view.substr(i + 1, length), i);
      i += length;
      continue;
    }
    const std::size_t end = view.find('}', i);
    if (end == std::string_view::npos) {
      complaints.push_back({"the '{' here is not closed",
                            {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i + 1)},
                            false,
                            {}});
      parser.add(mark);
      continue;
    }
    parser.add_field(view.substr(i, end - i + 1), view.substr(i + 1, end - i - 1), i);
    i = end;
  }
  return parser.take();
}

} // namespace portique::policy
