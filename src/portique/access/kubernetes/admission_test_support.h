#pragma once

// Reviews for tests: those in testdata/reviews, changed where a test wants it.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "portique/access/kubernetes/admission.h"

namespace portique::access::kubernetes {

inline std::string review_text(const std::string& name) {
  std::ifstream in(std::filesystem::path(PORTIQUE_TESTDATA) / "reviews" / (name + ".json"));
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

inline boost::json::object& request_in(boost::json::value& review) {
  return review.at("request").as_object();
}

/// RFC 7386.
inline void merge(boost::json::value& into, const boost::json::value& patch) {
  if (!patch.is_object()) {
    into = patch;
    return;
  }
  if (!into.is_object()) into = boost::json::object();
  for (const auto& [name, value] : patch.get_object()) {
    if (value.is_null())
      into.get_object().erase(name);
    else
      merge(into.get_object()[name], value);
  }
}

/// A review whose pod specification and first container have been changed.
inline boost::json::value
changed_review(const std::string& name, std::string_view spec, std::string_view container) {
  boost::json::value review = boost::json::parse(review_text(name));
  boost::json::value& object = request_in(review)["object"];
  boost::json::value* pod = &object.at("spec");
  if (pod->as_object().contains("jobTemplate")) pod = &pod->at("jobTemplate").at("spec");
  if (pod->as_object().contains("template")) pod = &pod->at("template").at("spec");
  if (!spec.empty()) merge(*pod, boost::json::parse(spec));
  if (!container.empty()) merge(pod->at("containers").at(0), boost::json::parse(container));
  return review;
}

inline AdmissionRequest request_of(const boost::json::value& review) {
  auto request = parse_admission_review(boost::json::serialize(review), {});
  EXPECT_TRUE(request) << request.error().text();
  return request ? *std::move(request) : AdmissionRequest();
}

inline AdmissionRequest request_named(const std::string& name) {
  return request_of(boost::json::parse(review_text(name)));
}

inline std::shared_ptr<const AdmissionPolicy> policy_of(const std::string& text) {
  auto policy = load_admission_policy("test.yaml", text, {}, *base::parse_time("2026-02-01"));
  EXPECT_TRUE(policy) << policy.error().text();
  if (!policy) return nullptr;
  return std::make_shared<const AdmissionPolicy>(*std::move(policy));
}

inline AdmissionCall call_for_test() {
  return {.target = "/validate?timeout=10s",
          .digest = "sha256:00",
          .peer = "192.0.2.1:4711",
          .deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5)};
}

} // namespace portique::access::kubernetes
