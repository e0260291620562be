// Checks of roles and of who gets them: https://kubernetes.io/docs/concepts/security/
// rbac-good-practices/ names the rights by which more rights can be had.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "portique/inspect/kubernetes/check_kubernetes.h"

namespace portique::inspect::kubernetes {

namespace {

bool has(const YamlNode& rule, std::string_view list, std::string_view word) {
  return std::ranges::any_of(items(rule.find(list)),
                             [&](const YamlNode& item) { return text(&item) == word; });
}

bool has_any(const YamlNode& rule,
             std::string_view list,
             std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](auto word) { return has(rule, list, word); });
}

/// Rules of Role and ClusterRole.
void for_each_rule(const Object& object, const auto& visit) {
  if (object.kind != "Role" && object.kind != "ClusterRole") return;
  for (const YamlNode& rule : items(object.node->find("rules")))
    visit(rule);
}

/// Rules that allow one of the verbs on one of the resources. The wildcard has checks of its own.
void grants(const Object& object,
            Hits& hits,
            std::initializer_list<std::string_view> resources,
            std::initializer_list<std::string_view> verbs,
            std::string_view what) {
  for_each_rule(object, [&](const YamlNode& rule) {
    if (has_any(rule, "resources", resources) &&
        (has_any(rule, "verbs", verbs) || has(rule, "verbs", "*")))
      hits.add(lines_of(rule), fmt::format("{} {} {}", object.kind, object.name, what));
  });
}

void any_verb(const Object& object, Hits& hits) {
  for_each_rule(object, [&](const YamlNode& rule) {
    if (has(rule, "verbs", "*"))
      hits.add(lines_of_member(rule, "verbs"), fmt::format("{} may do everything", object.name));
  });
}

void any_resource(const Object& object, Hits& hits) {
  for_each_rule(object, [&](const YamlNode& rule) {
    if (has(rule, "resources", "*"))
      hits.add(lines_of_member(rule, "resources"),
               fmt::format("{} may do it to every kind of object", object.name));
  });
}

void any_group(const Object& object, Hits& hits) {
  for_each_rule(object, [&](const YamlNode& rule) {
    if (has(rule, "apiGroups", "*"))
      hits.add(lines_of_member(rule, "apiGroups"),
               fmt::format("{} covers every group, those of tomorrow too", object.name));
  });
}

void any_url(const Object& object, Hits& hits) {
  for_each_rule(object, [&](const YamlNode& rule) {
    if (has_any(rule, "nonResourceURLs", {"*", "/*"}))
      hits.add(lines_of_member(rule, "nonResourceURLs"),
               fmt::format("{} may ask every address of the API server", object.name));
  });
}

void reads_secrets(const Object& object, Hits& hits) {
  grants(object, hits, {"secrets"}, {"get", "list", "watch"}, "reads secrets");
}

void writes_secrets(const Object& object, Hits& hits) {
  grants(object, hits, {"secrets"}, {"create", "update", "patch", "delete"}, "changes secrets");
}

void escalates(const Object& object, Hits& hits) {
  for_each_rule(object, [&](const YamlNode& rule) {
    if (has_any(rule, "verbs", {"escalate", "bind"}))
      hits.add(lines_of_member(rule, "verbs"),
               fmt::format("{} may give rights that it does not have", object.name));
  });
}

void impersonates(const Object& object, Hits& hits) {
  for_each_rule(object, [&](const YamlNode& rule) {
    if (has(rule, "verbs", "impersonate"))
      hits.add(lines_of_member(rule, "verbs"), fmt::format("{} may act as others", object.name));
  });
}

void executes(const Object& object, Hits& hits) {
  grants(object, hits, {"pods/exec"}, {"create", "get"}, "runs commands in pods");
}

void attaches(const Object& object, Hits& hits) {
  grants(object,
         hits,
         {"pods/attach", "pods/portforward", "pods/ephemeralcontainers"},
         {"create", "get", "update", "patch"},
         "gets into pods");
}

void makes_pods(const Object& object, Hits& hits) {
  grants(object,
         hits,
         {"pods",
          "deployments",
          "daemonsets",
          "statefulsets",
          "replicasets",
          "jobs",
          "cronjobs",
          "replicationcontrollers"},
         {"create", "update", "patch"},
         "starts pods");
}

void node_proxy(const Object& object, Hits& hits) {
  grants(object, hits, {"nodes/proxy"}, {"get", "create"}, "talks to the kubelet");
}

void webhooks(const Object& object, Hits& hits) {
  grants(object,
         hits,
         {"mutatingwebhookconfigurations",
          "validatingwebhookconfigurations",
          "validatingadmissionpolicies",
          "mutatingadmissionpolicies"},
         {"create", "update", "patch", "delete"},
         "changes admission");
}

void certificates(const Object& object, Hits& hits) {
  grants(object,
         hits,
         {"certificatesigningrequests/approval", "signers"},
         {"update", "patch", "approve", "sign"},
         "approves certificates");
}

void account_tokens(const Object& object, Hits& hits) {
  grants(object, hits, {"serviceaccounts/token"}, {"create"}, "makes tokens of accounts");
}

void changes_roles(const Object& object, Hits& hits) {
  grants(object,
         hits,
         {"roles", "clusterroles", "rolebindings", "clusterrolebindings"},
         {"create", "update", "patch", "delete"},
         "changes who may do what");
}

void persistent_volumes(const Object& object, Hits& hits) {
  grants(object, hits, {"persistentvolumes"}, {"create"}, "makes volumes of the host's folders");
}

void deletes_traces(const Object& object, Hits& hits) {
  grants(object, hits, {"pods/log", "events"}, {"delete", "deletecollection"}, "deletes traces");
}

void changes_network(const Object& object, Hits& hits) {
  grants(object,
         hits,
         {"networkpolicies", "ingresses", "services", "endpoints", "endpointslices"},
         {"create", "update", "patch", "delete"},
         "changes the network");
}

void changes_nodes(const Object& object, Hits& hits) {
  grants(object,
         hits,
         {"nodes", "nodes/status"},
         {"update", "patch", "delete", "create"},
         "changes nodes");
}

bool is_binding(const Object& object) {
  return object.kind == "RoleBinding" || object.kind == "ClusterRoleBinding";
}

void cluster_admin(const Object& object, Hits& hits) {
  if (!is_binding(object)) return;
  const std::string_view role = text(at(object.node, {"roleRef", "name"}));
  if (role == "cluster-admin" || role == "admin" || role == "edit")
    hits.add(lines_of_member(*object.node, "roleRef"),
             fmt::format("{} gives {}", object.name, role));
}

void for_each_subject(const Object& object, const auto& visit) {
  if (!is_binding(object)) return;
  for (const YamlNode& subject : items(object.node->find("subjects")))
    visit(subject, text(subject.find("kind")), text(subject.find("name")));
}

void everybody(const Object& object, Hits& hits) {
  for_each_subject(object, [&](const YamlNode& subject, auto, std::string_view name) {
    if (name == "system:authenticated" || name == "system:serviceaccounts")
      hits.add(lines_of(subject), fmt::format("{} is everybody who can log in", name));
  });
}

void anonymous(const Object& object, Hits& hits) {
  for_each_subject(object, [&](const YamlNode& subject, auto, std::string_view name) {
    if (name == "system:anonymous" || name == "system:unauthenticated")
      hits.add(lines_of(subject), fmt::format("{} is everybody who reaches the API server", name));
  });
}

void masters(const Object& object, Hits& hits) {
  for_each_subject(object, [&](const YamlNode& subject, auto, std::string_view name) {
    if (name == "system:masters")
      hits.add(lines_of(subject), "members of system:masters pass every check");
  });
}

void default_account(const Object& object, Hits& hits) {
  for_each_subject(object,
                   [&](const YamlNode& subject, std::string_view kind, std::string_view name) {
                     if (kind == "ServiceAccount" && name == "default")
                       hits.add(lines_of(subject), "every pod that names no account has this one");
                   });
}

constexpr std::array kChecks{
    ObjectCheck{"PQ-K8-090", any_verb},           ObjectCheck{"PQ-K8-091", any_resource},
    ObjectCheck{"PQ-K8-092", any_group},          ObjectCheck{"PQ-K8-093", any_url},
    ObjectCheck{"PQ-K8-094", reads_secrets},      ObjectCheck{"PQ-K8-095", writes_secrets},
    ObjectCheck{"PQ-K8-096", escalates},          ObjectCheck{"PQ-K8-097", impersonates},
    ObjectCheck{"PQ-K8-098", executes},           ObjectCheck{"PQ-K8-099", attaches},
    ObjectCheck{"PQ-K8-100", makes_pods},         ObjectCheck{"PQ-K8-101", node_proxy},
    ObjectCheck{"PQ-K8-102", webhooks},           ObjectCheck{"PQ-K8-103", certificates},
    ObjectCheck{"PQ-K8-104", account_tokens},     ObjectCheck{"PQ-K8-105", changes_roles},
    ObjectCheck{"PQ-K8-106", persistent_volumes}, ObjectCheck{"PQ-K8-107", deletes_traces},
    ObjectCheck{"PQ-K8-108", changes_network},    ObjectCheck{"PQ-K8-109", changes_nodes},
    ObjectCheck{"PQ-K8-110", cluster_admin},      ObjectCheck{"PQ-K8-111", everybody},
    ObjectCheck{"PQ-K8-112", anonymous},          ObjectCheck{"PQ-K8-113", masters},
    ObjectCheck{"PQ-K8-114", default_account},
};

} // namespace

std::span<const ObjectCheck> access_checks() {
  return kChecks;
}

} // namespace portique::inspect::kubernetes
