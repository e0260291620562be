// A policy from a web server: a conditional GET, and the signature beside it (URL.sig) or in the
// answer's header "Portique-Policy-Signature" (the JSON in base64).

#include <map>
#include <set>

#include "portique/access/policy_source/policy_origin.h"
#include "portique/base/digest.h"
#include "portique/base/http_url.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

constexpr std::uint64_t kSignatureBytes = 16ULL << 10U;
constexpr std::string_view kSignatureHeader = "portique-policy-signature";

base::HttpOptions http_options(const OriginOptions& options, bool redirects) {
  base::HttpOptions http;
  http.connect_timeout = std::chrono::seconds(10);
  http.stall_timeout = std::chrono::seconds(15);
  http.total_timeout = std::chrono::seconds(60);
  http.retries = 1; // the next poll is the better retry
  http.tls = options.tls;
  // What a policy includes comes from its own host and from nowhere else.
  if (!redirects) http.redirects = 0;
  return http;
}

/// "https://host/path.yaml.sig?query" of "https://host/path.yaml?query".
std::string beside(const std::string& url, std::string_view ending) {
  const std::size_t query = url.find('?');
  std::string text = url.substr(0, query) + std::string(ending);
  if (query != std::string::npos) text += url.substr(query);
  return text;
}

class UrlOrigin final : public PolicyOrigin {
public:
  UrlOrigin(std::string url, const OriginOptions& options)
      : url_(std::move(url)), options_(options), client_(http_options(options, true)),
        included_client_(http_options(options, false)) {}

  base::Result<std::optional<OriginText>> read(std::string_view known) override {
    changed_ = false;
    std::set<std::string> asked{url_};
    OriginText read;
    read.name = url_.substr(0, url_.find_first_of("?#"));
    const base::HttpResponse response = PQ_TRY(fetch(url_));
    read.text = seen_[url_].text;
    read.included = PQ_TRY(read_includes(
        read.name, read.text, [&](const std::string& name) -> base::Result<std::string> {
          asked.insert(name);
          PQ_TRY(fetch(name));
          return seen_[name].text;
        }));
    std::erase_if(seen_, [&](const auto& one) { return !asked.contains(one.first); });
    read.revision = revision();
    if (!changed_ && !known.empty() && known == read.revision) return std::nullopt;
    auto approvals = client_.get_text(beside(url_, ".approvals"), kPolicyBytes);
    if (approvals)
      read.approvals = *std::move(approvals);
    else if (approvals.error().code() != Code::NotFound)
      return std::unexpected(std::move(approvals).error().at("the policy's approvals"));
    if (options_.wants_signature) read.signature = PQ_TRY(signature(response));
    return read;
  }

  [[nodiscard]] std::vector<std::filesystem::path> watched() const override { return {}; }

private:
  /// What the server said last, so that each file is asked for by its own ETag.
  struct Seen {
    std::string etag;
    std::string text;
  };

  base::Result<base::HttpResponse> fetch(const std::string& url) {
    std::string text;
    base::HttpRequest request;
    request.url = url;
    const auto before = seen_.find(url);
    if (before != seen_.end()) request.etag = before->second.etag;
    request.limit = kPolicyBytes;
    request.sink = [&text](base::Bytes piece) -> base::Result<void> {
      text += base::as_text(piece);
      return {};
    };
    request.restart = [&text]() -> base::Result<void> {
      text.clear();
      return {};
    };
    base::HttpResponse response = PQ_TRY((url == url_ ? client_ : included_client_).get(request));
    if (response.status == 304 && before != seen_.end()) return response;
    changed_ = changed_ || before == seen_.end() || before->second.text != text;
    seen_[url] = {response.etag, std::move(text)};
    return response;
  }

  /// The ETag of the policy, or a digest of all of them; "" if the server gives none.
  std::string revision() const {
    const Seen& own = seen_.at(url_);
    if (seen_.size() == 1) return own.etag;
    std::string all;
    for (const auto& [url, seen] : seen_) {
      if (seen.etag.empty()) return "";
      all += seen.etag + " " + url + "\n";
    }
    return base::digest_of(base::as_bytes(all)).text();
  }

  base::Result<std::string> signature(const base::HttpResponse& response) {
    const std::string_view header = response.header(kSignatureHeader);
    if (header.empty())
      return base::at("the policy's signature",
                      client_.get_text(beside(url_, ".sig"), kSignatureBytes));
    const auto decoded = base::from_base64(header);
    if (!decoded)
      return fail(Code::Malformed, "the header Portique-Policy-Signature is not in base64");
    return *decoded;
  }

  std::string url_;
  OriginOptions options_;
  base::HttpClient client_;
  base::HttpClient included_client_;
  std::map<std::string, Seen> seen_;
  bool changed_ = false;
};

} // namespace

base::Result<std::unique_ptr<PolicyOrigin>> url_origin(const OriginOptions& options) {
  const base::HttpUrl url = PQ_TRY(base::parse_http_url(options.location));
  if (url.scheme != "https" && !url.is_loopback())
    return fail(Code::InvalidArgument,
                "a policy is fetched by https only, not from " + url.printable());
  if (!options.wants_signature)
    return fail(Code::InvalidArgument,
                "a policy from " + url.printable() +
                    " needs the public key that it is signed with");
  return std::make_unique<UrlOrigin>(url.text, options);
}

} // namespace portique::access
