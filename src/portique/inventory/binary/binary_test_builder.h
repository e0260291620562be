#pragma once

// Small ELF, PE and Mach-O files for tests: a few named sections, and the headers that lead to
// them.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portique::inventory {

struct TestSection {
  std::string name;
  std::string content;
  std::uint64_t address = 0x400000;
  bool writable = true;
};

/// A string of numbers in one byte order.
class TestBytes {
public:
  explicit TestBytes(bool big_endian) : big_endian_(big_endian) {}

  TestBytes& number(std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) {
      const std::size_t shift = 8 * (big_endian_ ? width - 1 - i : i);
      bytes_ += static_cast<char>((value >> shift) & 0xffU);
    }
    return *this;
  }

  TestBytes& text(std::string_view text, std::size_t width) {
    bytes_ += text.substr(0, width);
    bytes_.append(width - std::min(width, text.size()), '\0');
    return *this;
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
  bool big_endian_;
  std::string bytes_;
};

struct TestElf {
  bool wide = true;
  bool big_endian = false;
  std::uint64_t type = 2;          ///< ET_EXEC; 3 is ET_DYN
  bool has_section_headers = true; ///< else only segments
  bool has_interpreter = false;
  bool has_pie_flag = false;
  std::vector<TestSection> sections;
};

inline std::string build_elf(const TestElf& elf) {
  const std::size_t word = elf.wide ? 8 : 4;
  const std::size_t header = elf.wide ? 64 : 52;
  const std::size_t segment_size = elf.wide ? 56 : 32;
  const std::size_t section_size = elf.wide ? 64 : 40;
  std::vector<TestSection> sections = elf.sections;
  if (elf.has_pie_flag) {
    TestBytes dynamic(elf.big_endian);
    dynamic.number(0x6ffffffb, word).number(0x08000000, word).number(0, 2 * word);
    sections.push_back({".dynamic", dynamic.bytes()});
  }
  const std::size_t segments = sections.size() + (elf.has_interpreter ? 1 : 0);

  std::string names(1, '\0');
  std::vector<std::size_t> name_offsets;
  std::vector<std::size_t> offsets;
  std::string body;
  const std::size_t body_at = header + segments * segment_size;
  for (const TestSection& section : sections) {
    name_offsets.push_back(names.size());
    names += section.name + '\0';
    body.resize((body.size() + 15) / 16 * 16);
    offsets.push_back(body_at + body.size());
    body += section.content;
  }
  const std::size_t names_name = names.size();
  names += std::string(".shstrtab") + '\0';
  const std::size_t names_at = body_at + body.size();
  body += names;
  const std::size_t table_at = elf.has_section_headers ? body_at + body.size() : 0;
  const std::size_t count = elf.has_section_headers ? sections.size() + 2 : 0;

  TestBytes out(elf.big_endian);
  out.text("\x7f"
           "ELF",
           4)
      .number(elf.wide ? 2 : 1, 1)
      .number(elf.big_endian ? 2 : 1, 1)
      .number(1, 1)
      .number(0, 9);
  out.number(elf.type, 2).number(62, 2).number(1, 4).number(0, word).number(header, word);
  out.number(table_at, word).number(0, 4).number(header, 2).number(segment_size, 2);
  out.number(segments, 2).number(section_size, 2).number(count, 2);
  out.number(count == 0 ? 0 : count - 1, 2);
  const auto segment = [&](std::uint64_t type, std::uint64_t flags, std::size_t i) {
    out.number(type, 4);
    if (elf.wide) out.number(flags, 4);
    out.number(offsets[i], word).number(sections[i].address, word).number(0, word);
    out.number(sections[i].content.size(), word).number(sections[i].content.size(), word);
    if (!elf.wide) out.number(flags, 4);
    out.number(16, word);
  };
  if (elf.has_interpreter) segment(3, 4, 0);
  for (std::size_t i = 0; i < sections.size(); ++i)
    segment(sections[i].name == ".dynamic" ? 2 : 1, sections[i].writable ? 6 : 4, i);
  out.text(body, body.size());
  if (!elf.has_section_headers) return out.bytes();
  const auto section = [&](std::size_t name,
                           std::uint64_t type,
                           std::uint64_t address,
                           std::size_t at,
                           std::size_t size) {
    out.number(name, 4).number(type, 4).number(0, word).number(address, word);
    out.number(at, word).number(size, word).number(0, 8).number(0, 2 * word);
  };
  section(0, 0, 0, 0, 0);
  for (std::size_t i = 0; i < sections.size(); ++i)
    section(name_offsets[i], 1, sections[i].address, offsets[i], sections[i].content.size());
  section(names_name, 3, 0, names_at, names.size());
  return out.bytes();
}

/// `characteristics` 0x2022 is a DLL.
inline std::string build_pe(const std::vector<TestSection>& sections,
                            bool wide = true,
                            std::uint64_t characteristics = 0x22) {
  const std::size_t optional = wide ? 112 : 96;
  const std::size_t base = 0x140000000;
  TestBytes out(false);
  out.text("MZ", 0x3c).number(0x80, 4).text("", 0x40);
  out.text(std::string_view("PE\0\0", 4), 4).number(0x8664, 2).number(sections.size(), 2);
  out.number(0, 12).number(optional, 2).number(characteristics, 2);
  out.number(wide ? 0x20b : 0x10b, 2)
      .number(0, wide ? 22 : 26)
      .number(wide ? base : 0x400000, wide ? 8 : 4);
  out.number(0, optional - (wide ? 32 : 32));
  std::size_t at = (out.bytes().size() + sections.size() * 40 + 511) / 512 * 512;
  const std::size_t first = at;
  std::string body;
  for (const TestSection& section : sections) {
    const std::size_t padded = (section.content.size() + 511) / 512 * 512;
    out.text(section.name, 8).number(section.content.size(), 4).number(section.address, 4);
    out.number(padded, 4).number(at, 4).number(0, 12).number(
        section.writable ? 0xc0000040 : 0x40000040, 4);
    body += section.content;
    body.append(padded - section.content.size(), '\0');
    at += padded;
  }
  out.text("", first - out.bytes().size());
  return out.bytes() + body;
}

/// One segment that holds all sections. `type` 2 is a program, 6 a library.
inline std::string build_macho(const std::vector<TestSection>& sections,
                               bool wide = true,
                               bool big_endian = false,
                               std::uint64_t type = 2) {
  const std::size_t word = wide ? 8 : 4;
  const std::size_t command = (wide ? 72 : 56) + sections.size() * (wide ? 80 : 68);
  const std::size_t body_at = (wide ? 32 : 28) + command;
  std::string body;
  for (const TestSection& section : sections)
    body += section.content;
  TestBytes out(big_endian);
  out.number(wide ? 0xfeedfacf : 0xfeedface, 4).number(wide ? 0x100000c : 7, 4).number(0, 4);
  out.number(type, 4).number(1, 4).number(command, 4).number(0, wide ? 8 : 4);
  out.number(wide ? 0x19 : 0x1, 4).number(command, 4).text("__DATA", 16);
  const std::uint64_t address = sections.empty() ? 0 : sections.front().address;
  out.number(address, word)
      .number(body.size(), word)
      .number(body_at, word)
      .number(body.size(), word);
  out.number(3, 4).number(3, 4).number(sections.size(), 4).number(0, 4);
  std::size_t at = body_at;
  for (const TestSection& section : sections) {
    out.text(section.name, 16).text("__DATA", 16).number(address + at - body_at, word);
    out.number(section.content.size(), word).number(at, 4).number(0, wide ? 28 : 24);
    at += section.content.size();
  }
  return out.bytes() + body;
}

/// Several Mach-O files in one.
inline std::string build_fat_macho(const std::vector<std::string>& parts) {
  TestBytes out(true);
  out.number(0xcafebabe, 4).number(parts.size(), 4);
  std::size_t at = 8 + parts.size() * 20;
  std::string body;
  for (const std::string& part : parts) {
    out.number(7, 4).number(3, 4).number(at, 4).number(part.size(), 4).number(0, 4);
    body += part;
    at += part.size();
  }
  return out.bytes() + body;
}

} // namespace portique::inventory
