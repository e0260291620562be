// Checks of the other objects: network, configuration, namespaces, admission; and of what a set of
// manifests lacks.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inspect/config_files/image_reference.h"
#include "portique/inspect/config_files/secret_names.h"
#include "portique/inspect/kubernetes/check_kubernetes.h"

namespace portique::inspect::kubernetes {

namespace {

const YamlNode* spec(const Object& object) {
  return object.node->find("spec");
}

const YamlNode* annotations(const Object& object) {
  return at(object.node, {"metadata", "annotations"});
}

/// A peer list that lets everybody in: an empty entry, or every address.
bool allows_everybody(const YamlNode& rule, std::string_view peers) {
  const YamlNode* list = rule.find(peers);
  if (list == nullptr || list->items.empty()) return true;
  return std::ranges::any_of(list->items, [](const YamlNode& peer) {
    const std::string_view block = text(at(&peer, {"ipBlock", "cidr"}));
    return (peer.is_mapping() && peer.members.empty()) || block == "0.0.0.0/0" || block == "::/0";
  });
}

void open_policy(const Object& object,
                 Hits& hits,
                 std::string_view direction,
                 std::string_view peers) {
  if (object.kind != "NetworkPolicy") return;
  for (const YamlNode& rule : items(at(spec(object), {direction})))
    if (rule.is_mapping() && allows_everybody(rule, peers) && !is_set(rule.find("ports")))
      hits.add(lines_of(rule), fmt::format("{} is open to everybody", direction));
}

void open_ingress(const Object& object, Hits& hits) {
  open_policy(object, hits, "ingress", "from");
}

void open_egress(const Object& object, Hits& hits) {
  open_policy(object, hits, "egress", "to");
}

void node_port(const Object& object, Hits& hits) {
  if (object.kind == "Service" && text(at(spec(object), {"type"})) == "NodePort")
    hits.add(lines_of_member(*spec(object), "type"), "every node listens on the port");
}

void open_balancer(const Object& object, Hits& hits) {
  if (object.kind != "Service" || text(at(spec(object), {"type"})) != "LoadBalancer") return;
  const bool internal =
      std::ranges::any_of(members(annotations(object)), [](const YamlMember& each) {
        const std::string_view value = text(&each.value);
        return each.key.contains("internal") || value == "internal" || value == "Internal";
      });
  if (!internal && items(at(spec(object), {"loadBalancerSourceRanges"})).empty())
    hits.add(lines_of_member(*spec(object), "type"), "any address may connect");
}

void external_address(const Object& object, Hits& hits) {
  if (object.kind == "Service" && !items(at(spec(object), {"externalIPs"})).empty())
    hits.add(lines_of_member(*spec(object), "externalIPs"),
             "traffic to these addresses is taken over");
}

void external_name(const Object& object, Hits& hits) {
  if (object.kind == "Service" && text(at(spec(object), {"type"})) == "ExternalName")
    hits.add(lines_of_member(*spec(object), "type"),
             fmt::format("the name leads to {}", text(at(spec(object), {"externalName"}))));
}

void plain_ingress(const Object& object, Hits& hits) {
  if (object.kind == "Ingress" && spec(object) != nullptr &&
      items(at(spec(object), {"tls"})).empty())
    hits.add(lines_of_member(*object.node, "spec"), "there is no tls section");
}

void any_host(const Object& object, Hits& hits) {
  if (object.kind != "Ingress") return;
  for (const YamlNode& rule : items(at(spec(object), {"rules"}))) {
    const std::string_view host = text(rule.find("host"));
    if (host.empty() || host.starts_with("*"))
      hits.add(lines_of(rule),
               host.empty() ? std::string("the rule is for every host")
                            : fmt::format("the rule is for {}", host));
  }
}

/// Annotations whose text the controller of ingress-nginx has put into its configuration unchecked
/// (CVE-2025-1097, CVE-2025-1098, CVE-2025-24514).
bool is_copied(std::string_view name) {
  constexpr std::array<std::string_view, 4> kCopied{
      "auth-url", "auth-tls-match-cn", "mirror-target", "mirror-host"};
  return std::ranges::find(kCopied, name) != kCopied.end();
}

void snippets(const Object& object, Hits& hits) {
  constexpr std::string_view kPrefix = "nginx.ingress.kubernetes.io/";
  for (const YamlMember& annotation : members(annotations(object))) {
    if (!annotation.key.starts_with(kPrefix)) continue;
    const std::string_view name = std::string_view(annotation.key).substr(kPrefix.size());
    const bool breaks_out =
        is_copied(name) &&
        text(&annotation.value).find_first_of("\n;{}\"'|#") != std::string_view::npos;
    if (name.ends_with("-snippet") || breaks_out)
      hits.add(lines_of(annotation),
               fmt::format("{} puts text into the proxy's configuration", annotation.key));
  }
}

/// Secrets in the lines of a file that is kept as one value.
void secrets_in_lines(const YamlMember& entry, Hits& hits) {
  std::string_view rest = text(&entry.value);
  const bool block = rest.contains('\n');
  for (std::uint32_t number = 0; !rest.empty(); ++number) {
    const std::string_view line = base::trim(base::take_until(rest, '\n'));
    const std::size_t sign = line.find_first_of("=:");
    if (sign == std::string_view::npos || line.starts_with('#')) continue;
    const std::string_view name = base::trim(line.substr(0, sign));
    const std::string_view value = base::trim(line.substr(sign + 1));
    if (name.contains(' ') || !is_secret_name(name) || !is_secret_value(value)) continue;
    const std::uint32_t at = entry.value.place.line + (block ? number + 1 : 0);
    hits.add(
        {at, at}, fmt::format("{} in {} holds a value", name, entry.key), {std::string(value)});
  }
}

void secret_in_config_map(const Object& object, Hits& hits) {
  if (object.kind != "ConfigMap") return;
  for (const YamlMember& entry : members(object.node->find("data"))) {
    const std::string_view value = text(&entry.value);
    if (is_secret_name(entry.key) && is_secret_value(value) && !value.contains('\n'))
      hits.add(lines_of(entry), fmt::format("{} holds a value", entry.key), {std::string(value)});
    else
      secrets_in_lines(entry, hits);
  }
}

void secret_in_manifest(const Object& object, Hits& hits) {
  if (object.kind != "Secret" || object.api_version != "v1") return;
  for (const std::string_view list : {"data", "stringData"})
    for (const YamlMember& entry : members(object.node->find(list)))
      if (!text(&entry.value).empty() && is_secret_value(text(&entry.value)))
        hits.add(lines_of(entry),
                 fmt::format("{} holds a value", entry.key),
                 {std::string(text(&entry.value))});
}

void token_secret(const Object& object, Hits& hits) {
  if (object.kind == "Secret" &&
      text(object.node->find("type")) == "kubernetes.io/service-account-token")
    hits.add(lines_of_member(*object.node, "type"), "the token never expires");
}

void account_token(const Object& object, Hits& hits) {
  if (object.kind == "ServiceAccount" &&
      !is_false(object.node->find("automountServiceAccountToken")))
    hits.add(lines_of_member(*object.node, "automountServiceAccountToken"),
             fmt::format("pods of {} get its token unasked", object.name));
}

void no_admission_label(const Object& object, Hits& hits) {
  if (object.kind == "Namespace" &&
      !is_set(at(object.node, {"metadata", "labels", "pod-security.kubernetes.io/enforce"})))
    hits.add(lines_of_member(*object.node, "metadata"),
             fmt::format("namespace {} enforces no Pod Security Standard", object.name));
}

void privileged_namespace(const Object& object, Hits& hits) {
  const YamlNode* labels = at(object.node, {"metadata", "labels"});
  if (object.kind == "Namespace" &&
      text(at(labels, {"pod-security.kubernetes.io/enforce"})) == "privileged")
    hits.add(lines_of_member(*labels, "pod-security.kubernetes.io/enforce"),
             fmt::format("namespace {} takes every pod", object.name));
}

void open_webhook(const Object& object, Hits& hits) {
  if (object.kind != "ValidatingWebhookConfiguration" &&
      object.kind != "MutatingWebhookConfiguration")
    return;
  for (const YamlNode& webhook : items(object.node->find("webhooks")))
    if (text(webhook.find("failurePolicy")) == "Ignore")
      hits.add(lines_of_member(webhook, "failurePolicy"),
               fmt::format("{} lets everything pass while it is down", text(webhook.find("name"))));
}

void host_volume(const Object& object, Hits& hits) {
  if (object.kind == "PersistentVolume" && is_set(at(spec(object), {"hostPath"})))
    hits.add(
        lines_of_member(*spec(object), "hostPath"),
        fmt::format("the volume is {} of a node", text(at(spec(object), {"hostPath", "path"}))));
}

void unverified_api(const Object& object, Hits& hits) {
  if (object.kind == "APIService" && is_true(at(spec(object), {"insecureSkipTLSVerify"})))
    hits.add(lines_of_member(*spec(object), "insecureSkipTLSVerify"),
             "any certificate is taken for that of the server");
}

void removed_version(const Object& object, Hits& hits) {
  struct Removed {
    std::string_view version;
    std::string_view kind; ///< "" for all of them
    std::string_view since;
  };

  constexpr std::array kRemoved{
      Removed{"extensions/v1beta1", "", "1.22"},
      Removed{"apps/v1beta1", "", "1.16"},
      Removed{"apps/v1beta2", "", "1.16"},
      Removed{"networking.k8s.io/v1beta1", "Ingress", "1.22"},
      Removed{"rbac.authorization.k8s.io/v1beta1", "", "1.22"},
      Removed{"rbac.authorization.k8s.io/v1alpha1", "", "1.22"},
      Removed{"batch/v1beta1", "", "1.25"},
      Removed{"batch/v2alpha1", "", "1.21"},
      Removed{"policy/v1beta1", "", "1.25"},
      Removed{"admissionregistration.k8s.io/v1beta1", "", "1.22"},
      Removed{"apiextensions.k8s.io/v1beta1", "", "1.22"},
      Removed{"apiregistration.k8s.io/v1beta1", "", "1.22"},
      Removed{"certificates.k8s.io/v1beta1", "", "1.22"},
      Removed{"autoscaling/v2beta1", "", "1.25"},
      Removed{"autoscaling/v2beta2", "", "1.26"},
      Removed{"discovery.k8s.io/v1beta1", "", "1.25"},
  };
  for (const Removed& removed : kRemoved)
    if (removed.version == object.api_version &&
        (removed.kind.empty() || removed.kind == object.kind))
      hits.add(lines_of_member(*object.node, "apiVersion"),
               fmt::format("Kubernetes {} has no {} any more", removed.since, removed.version));
}

bool makes_pods(const Object& object) {
  return pod_of(object).spec != nullptr;
}

void default_namespace(const Object& object, Hits& hits) {
  if (makes_pods(object) && object.space == "default")
    hits.add(lines_of_member(*object.node->find("metadata"), "namespace"),
             fmt::format("{} {} is in the namespace default", object.kind, object.name));
}

void system_namespace(const Object& object, Hits& hits) {
  if (makes_pods(object) && (object.space == "kube-system" || object.space == "kube-public"))
    hits.add(lines_of_member(*object.node->find("metadata"), "namespace"),
             fmt::format("{} {} is among the parts of the cluster", object.kind, object.name));
}

void tiller(const Object& object, Hits& hits) {
  for (const Container& container : containers_of(pod_of(object)))
    if (image_reference(text(container.node->find("image"))).name.ends_with("tiller"))
      hits.add(lines_of_member(*container.node, "image"), "this is the server of Helm 2");
}

void ssh_service(const Object& object, Hits& hits) {
  if (object.kind != "Service") return;
  for (const YamlNode& port : items(at(spec(object), {"ports"}))) {
    const YamlNode* number = port.find("port");
    if (number != nullptr && number->integer() == 22)
      hits.add(lines_of(port), "the service leads to SSH");
  }
}

// --- sets -----------------------------------------------------------------------------------

/// Namespaces with pods in which no NetworkPolicy stands. Told once each, where the first pod is.
void no_network_policy(std::span<const Object> objects, Hits& hits) {
  std::set<std::string_view> covered;
  for (const Object& object : objects)
    if (object.kind == "NetworkPolicy" || object.kind == "CiliumNetworkPolicy")
      covered.insert(object.space);
  for (const Object& object : objects) {
    if (!makes_pods(object) || !covered.insert(object.space).second) continue;
    hits.set_path(object.path);
    hits.add(lines_of_member(*object.node, "kind"),
             object.space.empty()
                 ? std::string("no NetworkPolicy stands beside these objects")
                 : fmt::format("no NetworkPolicy is for namespace {}", object.space));
  }
}

constexpr std::array kChecks{
    ObjectCheck{"PQ-K8-121", open_ingress},
    ObjectCheck{"PQ-K8-122", open_egress},
    ObjectCheck{"PQ-K8-123", node_port},
    ObjectCheck{"PQ-K8-124", open_balancer},
    ObjectCheck{"PQ-K8-125", external_address},
    ObjectCheck{"PQ-K8-126", external_name},
    ObjectCheck{"PQ-K8-127", plain_ingress},
    ObjectCheck{"PQ-K8-128", any_host},
    ObjectCheck{"PQ-K8-129", snippets},
    ObjectCheck{"PQ-K8-130", ssh_service},
    ObjectCheck{"PQ-K8-140", secret_in_config_map},
    ObjectCheck{"PQ-K8-141", secret_in_manifest},
    ObjectCheck{"PQ-K8-142", token_secret},
    ObjectCheck{"PQ-K8-143", account_token},
    ObjectCheck{"PQ-K8-144", no_admission_label},
    ObjectCheck{"PQ-K8-145", privileged_namespace},
    ObjectCheck{"PQ-K8-146", open_webhook},
    ObjectCheck{"PQ-K8-147", host_volume},
    ObjectCheck{"PQ-K8-148", unverified_api},
    ObjectCheck{"PQ-K8-149", removed_version},
    ObjectCheck{"PQ-K8-150", default_namespace},
    ObjectCheck{"PQ-K8-151", system_namespace},
    ObjectCheck{"PQ-K8-152", tiller},
};

constexpr std::array kSetChecks{
    SetCheck{"PQ-K8-120", no_network_policy},
};

} // namespace

std::span<const ObjectCheck> object_checks() {
  return kChecks;
}

std::span<const SetCheck> set_checks() {
  return kSetChecks;
}

} // namespace portique::inspect::kubernetes
