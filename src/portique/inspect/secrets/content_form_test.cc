#include <string>

#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/inspect/secrets/content_form.h"

namespace portique::inspect {
namespace {

using namespace std::string_literals;

/// Text as UTF-16, each character of the basic plane alone.
std::string wide(std::u16string_view text, bool big_endian) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char high = static_cast<char>(unit >> 8U);
    const char low = static_cast<char>(unit & 0xffU);
    bytes += big_endian ? high : low;
    bytes += big_endian ? low : high;
  }
  return bytes;
}

TEST(ContentForm, IsToldByTheFirstBytes) {
  struct Case {
    std::string why;
    std::string first;
    ContentForm want;
  };

  const std::string sentence = "password = one\r\n";
  const std::u16string wide_sentence(sentence.begin(), sentence.end());
  for (const Case& c : {
           Case{"nothing", "", ContentForm::Plain},
           Case{"ASCII", sentence, ContentForm::Plain},
           Case{"a byte order mark", "\xff\xfe", ContentForm::Utf16Le},
           Case{"... of big-endian", "\xfe\xff\0a"s, ContentForm::Utf16Be},
           Case{"UTF-32", "\xff\xfe\0\0a\0\0\0"s, ContentForm::Plain},
           Case{"without a mark", wide(wide_sentence, false), ContentForm::Utf16Le},
           Case{"... big-endian", wide(wide_sentence, true), ContentForm::Utf16Be},
           Case{"too short to tell", wide(u"secret", false), ContentForm::Plain},
           Case{"a table of numbers",
                wide(u"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a", false),
                ContentForm::Plain},
           Case{"Chinese without a mark",
                wide(u"\u5bc6\u7801\u5bc6\u7801\u5bc6\u7801\u5bc6\u7801", false),
                ContentForm::Plain},
           Case{"zeros", std::string(64, '\0'), ContentForm::Plain},
           Case{"gzip", "\x1f\x8b\x08", ContentForm::Gzip},
           Case{"zip", "PK\x03\x04", ContentForm::Zip},
           Case{"an empty zip", "PK\x05\x06", ContentForm::Plain},
           Case{"xz",
                "\xfd"
                "7zXZ",
                ContentForm::Opaque},
           Case{"a picture", "\x89PNG\r\n", ContentForm::Opaque},
           Case{"a video",
                "\0\0\0\x20"
                "ftypisom"s,
                ContentForm::Opaque},
       })
    EXPECT_EQ(content_form(c.first), c.want) << c.why;
}

TEST(Utf16, BecomesUtf8InWhateverPieces) {
  struct Case {
    std::u16string text;
    std::string want;
  };

  for (const Case& c : {Case{u"", ""},
                        Case{u"\ufeffkey=1\r\n", "key=1\r\n"},
                        Case{u"caf\u00e9 \u5bc6", "caf\u00e9 \u5bc6"},
                        Case{u"\U0001F511!", "\U0001F511!"},
                        Case{{0xd83d, u'a'},
                             "\xef\xbf\xbd"
                             "a"},
                        Case{{0xdd11, u'a'},
                             "\xef\xbf\xbd"
                             "a"},
                        Case{{0xd83d, 0xd83d, 0xdd11}, "\xef\xbf\xbd\xf0\x9f\x94\x91"}})
    for (const bool big_endian : {false, true})
      for (const std::size_t piece : {1U, 2U, 3U, 64U}) {
        const std::string bytes = wide(c.text, big_endian);
        Utf16Decoder decoder(big_endian);
        std::string found;
        for (std::size_t at = 0; at < bytes.size(); at += piece)
          decoder.decode(base::as_bytes(std::string_view(bytes).substr(at, piece)), found);
        EXPECT_EQ(found, c.want) << piece;
      }
}

} // namespace
} // namespace portique::inspect
