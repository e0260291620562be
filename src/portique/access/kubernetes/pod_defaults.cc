// The rules that the API server holds such changes against:
// https://kubernetes.io/docs/concepts/security/pod-security-standards/ and the validation of pods
// (pkg/apis/core/validation): allowPrivilegeEscalation: false contradicts privileged and
// CAP_SYS_ADMIN; a pod of Windows may not carry settings of Linux.
#include "portique/access/kubernetes/pod_defaults.h"

#include <algorithm>
#include <array>
#include <map>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inspect/kubernetes/objects.h"

namespace portique::access::kubernetes {

namespace json = boost::json;

namespace {

struct Named {
  std::string_view name;
  bool PodDefaults::* flag;
};

constexpr std::array kNamed{
    Named{"drop-capabilities", &PodDefaults::drop_capabilities},
    Named{"seccomp", &PodDefaults::seccomp},
    Named{"non-root", &PodDefaults::non_root},
    Named{"read-only-root", &PodDefaults::read_only_root},
    Named{"no-privilege-escalation", &PodDefaults::no_privilege_escalation},
    Named{"no-token", &PodDefaults::no_token},
    Named{"pin-images", &PodDefaults::pin_images},
};

bool is_true(const json::value* value) {
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// Whether a list of capabilities names one, as runtimes read them.
bool names_capability(const json::value* list, std::string_view name) {
  const json::array* array = base::json_array(list);
  if (array == nullptr) return false;
  return std::ranges::any_of(*array, [&](const json::value& item) {
    std::string_view text = item.is_string() ? std::string_view(item.get_string()) : "";
    if (base::to_lower(text.substr(0, 4)) == "cap_") text.remove_prefix(4);
    return base::equals_ignore_case(text, name);
  });
}

/// Which parts of an object may be changed.
enum class Reach : std::uint8_t {
  Nothing,
  Everything,
  Images,       ///< of containers whose image the update changes
  NewEphemeral, ///< ephemeral containers that the update brings
};

Reach reach_of(const AdmissionRequest& request) {
  const bool makes_pods = inspect::kubernetes::pod_path(request.kind.kind).has_value();
  if (!makes_pods || request.object.is_null()) return Reach::Nothing;
  if (request.operation == Operation::Create)
    return request.sub_resource.empty() ? Reach::Everything : Reach::Nothing;
  if (request.operation != Operation::Update) return Reach::Nothing;
  if (request.kind.kind == "Pod") {
    if (request.sub_resource == "ephemeralcontainers") return Reach::NewEphemeral;
    return request.sub_resource.empty() ? Reach::Images : Reach::Nothing;
  }
  const bool fixed = request.kind.kind == "Job" || !request.sub_resource.empty();
  return fixed || leaves_pod_alone(request) ? Reach::Nothing : Reach::Everything;
}

/// The container of the same list and name before the update.
const json::object*
before_update(const json::object* pod, std::string_view list, std::string_view name) {
  const json::object* spec = base::json_object(base::json_member(pod, "spec"));
  for (const json::value& item : base::json_items(spec, list))
    if (base::json_string(item.if_object(), "name") == name) return item.if_object();
  return nullptr;
}

class Defaulting {
public:
  Defaulting(const AdmissionRequest& request,
             const PodDefaults& defaults,
             const PinImage& pin,
             json::value& object)
      : request_(&request), defaults_(&defaults), pin_(&pin), patch_(object),
        reach_(reach_of(request)), old_(pod_template(request.kind.kind, request.old_object)) {}

  json::array run() {
    if (reach_ == Reach::Nothing) return {};
    const auto path = inspect::kubernetes::pod_path(request_->kind.kind);
    if (!path) return {};
    for (const std::string_view name : *path)
      spec_.emplace_back(name);
    spec_.emplace_back("spec");
    const json::value* spec = patch_.find(spec_);
    if (spec == nullptr || !spec->is_object()) return {};
    const json::value* system = patch_.find(below(spec_, {"os", "name"}));
    windows_ = system != nullptr && system->is_string() && system->get_string() == "windows";
    if (reach_ == Reach::Everything) default_pod_level();
    for (const std::string_view list : {"containers", "initContainers", "ephemeralContainers"})
      visit_list(list);
    return patch_.take();
  }

private:
  static JsonPath below(const JsonPath& path, std::initializer_list<std::string_view> names) {
    JsonPath longer = path;
    for (const std::string_view name : names)
      longer.emplace_back(name);
    return longer;
  }

  void default_pod_level() {
    if (defaults_->seccomp && !windows_)
      patch_.set_default(below(spec_, {"securityContext", "seccompProfile"}),
                         json::object{{"type", "RuntimeDefault"}});
    // Once the API server has mounted the token, the flag would only hide that.
    if (defaults_->no_token && !mounts_token())
      patch_.set_default(below(spec_, {"automountServiceAccountToken"}), false);
  }

  [[nodiscard]] bool mounts_token() const {
    for (const std::string_view list : {"containers", "initContainers"}) {
      const json::value* found = patch_.find(below(spec_, {list}));
      const json::array* containers = base::json_array(found);
      if (containers == nullptr) continue;
      for (const json::value& container : *containers)
        for (const json::value& mount : base::json_items(container.if_object(), "volumeMounts"))
          if (base::json_string(mount.if_object(), "mountPath") ==
              "/var/run/secrets/kubernetes.io/serviceaccount")
            return true;
    }
    return false;
  }

  void visit_list(std::string_view list) {
    const json::value* found = patch_.find(below(spec_, {list}));
    const json::array* containers = base::json_array(found);
    if (containers == nullptr) return;
    const std::size_t count = containers->size();
    for (std::size_t i = 0; i < count; ++i) {
      const JsonPath path = below(spec_, {list, std::to_string(i)});
      const json::value* container = patch_.find(path);
      if (container != nullptr && container->is_object())
        visit(list, path, container->get_object());
    }
  }

  void visit(std::string_view list, const JsonPath& path, const json::object& container) {
    const std::string name(base::json_string(&container, "name"));
    const std::string image(base::json_string(&container, "image"));
    const json::object* old = before_update(old_, list, name);
    if (reach_ == Reach::Images) {
      if (old == nullptr || base::json_string(old, "image") != image) pin(path, image);
      return;
    }
    if (reach_ == Reach::NewEphemeral && (list != "ephemeralContainers" || old != nullptr)) return;
    default_container(path);
    pin(path, image);
  }

  void pin(const JsonPath& path, const std::string& image) {
    if (!defaults_->pin_images || image.empty() || image.contains('@') || !*pin_) return;
    if (auto pinned = (*pin_)(image)) patch_.replace(below(path, {"image"}), json::value(*pinned));
  }

  void default_container(const JsonPath& path) {
    const JsonPath context = below(path, {"securityContext"});
    const bool privileged = is_true(patch_.find(below(context, {"privileged"})));
    const bool administers =
        names_capability(patch_.find(below(context, {"capabilities", "add"})), "SYS_ADMIN") ||
        names_capability(patch_.find(below(context, {"capabilities", "add"})), "ALL");
    if (defaults_->non_root) default_non_root(context);
    if (windows_) return;
    if (defaults_->drop_capabilities && !privileged) drop_capabilities(context);
    if (defaults_->read_only_root)
      patch_.set_default(below(context, {"readOnlyRootFilesystem"}), true);
    if (defaults_->no_privilege_escalation && !privileged && !administers)
      patch_.set_default(below(context, {"allowPrivilegeEscalation"}), false);
    // The pod's own setting is beyond reach of a container that is added later.
    if (defaults_->seccomp && reach_ == Reach::NewEphemeral &&
        patch_.find(below(spec_, {"securityContext", "seccompProfile"})) == nullptr)
      patch_.set_default(below(context, {"seccompProfile"}),
                         json::object{{"type", "RuntimeDefault"}});
  }

  void default_non_root(const JsonPath& context) {
    const JsonPath pods = below(spec_, {"securityContext"});
    if (patch_.find(below(pods, {"runAsNonRoot"})) != nullptr) return;
    const json::value* user = patch_.find(below(context, {"runAsUser"}));
    if (user == nullptr) user = patch_.find(below(pods, {"runAsUser"}));
    const bool asks_for_root = user != nullptr && user->is_int64() && user->get_int64() == 0;
    if (!asks_for_root) patch_.set_default(below(context, {"runAsNonRoot"}), true);
  }

  void drop_capabilities(const JsonPath& context) {
    const JsonPath drop = below(context, {"capabilities", "drop"});
    if (names_capability(patch_.find(drop), "ALL")) return;
    // "ALL" among the added ones would be taken back by this; that is for validation to refuse.
    if (names_capability(patch_.find(below(context, {"capabilities", "add"})), "ALL")) return;
    if (!patch_.set_default(drop, json::array{"ALL"})) patch_.append(drop, "ALL");
  }

  const AdmissionRequest* request_;
  const PodDefaults* defaults_;
  const PinImage* pin_;
  JsonPatch patch_;
  Reach reach_;
  const json::object* old_;
  JsonPath spec_;
  bool windows_ = false;
};

/// Annotations that switch protections off.
std::map<std::string, json::value> protection_annotations(const json::object* pod) {
  std::map<std::string, json::value> found;
  const json::object* metadata = base::json_object(base::json_member(pod, "metadata"));
  for (const auto& [name, value] : base::json_fields(metadata, "annotations")) {
    const std::string_view key(name);
    if (key.contains("apparmor.security.beta.kubernetes.io/") ||
        key.contains("seccomp.security.alpha.kubernetes.io/"))
      found.emplace(key, value);
  }
  return found;
}

} // namespace

std::vector<std::string_view> pod_default_names() {
  std::vector<std::string_view> names;
  for (const Named& row : kNamed)
    names.push_back(row.name);
  return names;
}

bool set_pod_default(PodDefaults& defaults, std::string_view name) {
  for (const Named& row : kNamed)
    if (row.name == name) {
      defaults.*row.flag = true;
      return true;
    }
  return false;
}

const json::object* pod_template(std::string_view kind, const json::value& object) {
  const auto path = inspect::kubernetes::pod_path(kind);
  if (!path) return nullptr;
  const json::object* holder = object.if_object();
  for (const std::string_view name : *path)
    holder = base::json_object(base::json_member(holder, name));
  return holder;
}

bool leaves_pod_alone(const AdmissionRequest& request) {
  if (request.operation != Operation::Update) return false;
  const json::object* now = pod_template(request.kind.kind, request.object);
  const json::object* before = pod_template(request.kind.kind, request.old_object);
  if (now == nullptr || before == nullptr) return false;
  const json::value* spec = now->if_contains("spec");
  const json::value* old_spec = before->if_contains("spec");
  if (spec == nullptr || old_spec == nullptr || *spec != *old_spec) return false;
  return protection_annotations(now) == protection_annotations(before);
}

json::array default_pod(const AdmissionRequest& request,
                        const PodDefaults& defaults,
                        const PinImage& pin,
                        json::value& object) {
  if (!defaults.any()) return {};
  return Defaulting(request, defaults, pin, object).run();
}

} // namespace portique::access::kubernetes
