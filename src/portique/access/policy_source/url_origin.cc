// A policy from a web server: a conditional GET, and the signature beside it (URL.sig) or in the
// answer's header "Portique-Policy-Signature" (the JSON in base64).

#include "portique/access/policy_source/policy_origin.h"
#include "portique/base/http_url.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

constexpr std::uint64_t kSignatureBytes = 16ULL << 10U;
constexpr std::string_view kSignatureHeader = "portique-policy-signature";

base::HttpOptions http_options(const OriginOptions& options) {
  base::HttpOptions http;
  http.connect_timeout = std::chrono::seconds(10);
  http.stall_timeout = std::chrono::seconds(15);
  http.total_timeout = std::chrono::seconds(60);
  http.retries = 1; // the next poll is the better retry
  http.tls = options.tls;
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
      : url_(std::move(url)), options_(options), client_(http_options(options)) {}

  base::Result<std::optional<OriginText>> read(std::string_view known) override {
    OriginText read;
    base::HttpRequest request;
    request.url = url_;
    request.etag = std::string(known);
    request.limit = kPolicyBytes;
    request.sink = [&read](base::Bytes piece) -> base::Result<void> {
      read.text += base::as_text(piece);
      return {};
    };
    request.restart = [&read]() -> base::Result<void> {
      read.text.clear();
      return {};
    };
    const base::HttpResponse response = PQ_TRY(client_.get(request));
    if (response.status == 304) return std::nullopt;
    read.revision = response.etag;
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
