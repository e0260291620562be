// Every field of every domain but kernel events (event_fields.cc).
#include "portique/policy/fields.h"

#include <array>

namespace portique::policy {

namespace {

using enum Type;
using enum Many;

constexpr auto kNone = Argument::None;
constexpr auto kKey = Argument::Key;

constexpr std::array kFinding{
    Field{"finding.id", Text, One, kNone, "CVE, GHSA or the finding's own id"},
    Field{"finding.aliases", Text, AnyOf, kNone, "every other id of it"},
    Field{"finding.kind",
          Text,
          One,
          kNone,
          "vulnerability, secret, malware, misconfiguration, isolation, runtime or access"},
    Field{"finding.severity",
          Severity,
          One,
          kNone,
          "unknown < negligible < low < medium < high < critical"},
    Field{"finding.severity.source", Text, One, kNone, "who says how severe it is"},
    Field{"finding.title", Text, One, kNone, "what it is, in one line"},
    Field{"finding.risk", Decimal, One, kNone, "0 to 100, from likelihood and impact"},
    Field{"finding.path", Path, One, kNone, "the file that it is about"},
    Field{"finding.evidence", Text, One, kNone, "what was seen"},
    Field{"finding.fixed", Boolean, One, kNone, "whether some version clears it"},
    Field{"finding.fix.version", Text, One, kNone, "the version that clears it"},
    Field{"finding.fix.state", Text, One, kNone, "fixed, not-fixed or end-of-life"},
    Field{"finding.kev", Boolean, One, kNone, "known to be exploited (CISA's catalogue)"},
    Field{"finding.epss", Decimal, One, kNone, "probability of exploitation, 0 to 1"},
    Field{"finding.epss.percentile", Decimal, One, kNone, "share of all scores below, 0 to 1"},
    Field{"finding.cvss", Decimal, One, kNone, "the highest CVSS base score, 0 to 10"},
    Field{"finding.cvss.vector", Text, AnyOf, kNone, "the CVSS vectors"},
    Field{"finding.published", Duration, One, kNone, "how long ago it was published"},
    Field{"finding.advisories", Text, AnyOf, kNone, "ids of the records that say so"},
    Field{"finding.references", Text, AnyOf, kNone, "addresses to read on"},
    Field{"finding.vex", Text, One, kNone, "what VEX says: affected, under_investigation, ..."},
    Field{"finding.from_base", Boolean, One, kNone, "whether the base image brought it"},
    Field{"finding.layer", Integer, One, kNone, "the layer that brought it, from 0"},
    Field{"finding.fingerprint", Text, One, kNone, "stays the same from scan to scan"},
};

constexpr std::array kPackage{
    Field{"package.name", Text, One, kNone, "name of the package (of the finding's package)"},
    Field{"package.version", Text, One, kNone, "its version as installed"},
    Field{"package.type", Text, One, kNone, "deb, apk, rpm, npm, pypi, golang, ..."},
    Field{"package.namespace", Text, One, kNone, "npm scope, Maven group, distribution"},
    Field{"package.arch", Text, One, kNone, "architecture as the package manager writes it"},
    Field{"package.purl", Text, One, kNone, "package URL"},
    Field{"package.source", Text, One, kNone, "source package"},
    Field{"package.licences", Text, List, kNone, "licences as written"},
    Field{"package.maintainer", Text, One, kNone, "who maintains it"},
    Field{"package.path", Path, One, kNone, "the file that it was read from"},
    Field{"package.layer", Integer, One, kNone, "the layer that brought it, from 0"},
    Field{"package.scope", Text, One, kNone, "runtime, development or optional"},
    Field{"package.declared", Boolean, One, kNone, "a lock file asks for it; nobody saw it"},
    Field{"package.os", Boolean, One, kNone, "whether it is the distribution's own"},
};

constexpr std::array kImage{
    Field{"image.name", Text, One, kNone, "the target as it was named"},
    Field{"image.tags", Text, List, kNone, "repository tags that the image carries"},
    Field{"image.registry", Text, AnyOf, kNone, "registry of its tags: docker.io, ghcr.io, ..."},
    Field{"image.repository", Text, AnyOf, kNone, "repository of its tags: library/nginx, ..."},
    Field{"image.tag", Text, AnyOf, kNone, "the tags themselves: latest, 1.27, ..."},
    Field{"image.digest", Text, One, kNone, "digest of the manifest"},
    Field{"image.id", Text, One, kNone, "digest of the config"},
    Field{"image.os", Text, One, kNone, "linux, windows"},
    Field{"image.architecture", Text, One, kNone, "amd64, arm64, ..."},
    Field{"image.age", Duration, One, kNone, "time since it was built"},
    Field{"image.size", Size, One, kNone, "bytes of its layers as stored"},
    Field{"image.layers", Integer, One, kNone, "how many layers it has"},
    Field{"image.base", Text, One, kNone, "name of the image that it was built from"},
    Field{"image.base.digest", Text, One, kNone, "its digest"},
    Field{"image.user", Text, One, kNone, "config: user and group that it runs as"},
    Field{"image.root", Boolean, One, kNone, "config: whether that user is root"},
    Field{"image.env", Text, AnyOf, Argument::OptionalKey, "config: NAME=VALUE, or one's value"},
    Field{"image.entrypoint", Text, One, kNone, "config: entrypoint, joined by blanks"},
    Field{"image.cmd", Text, One, kNone, "config: command, joined by blanks"},
    Field{"image.ports", Text, List, kNone, "config: exposed ports: 80/tcp, ..."},
    Field{"image.volumes", Path, List, kNone, "config: volumes"},
    Field{"image.workdir", Path, One, kNone, "config: working folder"},
    Field{"image.healthcheck", Boolean, One, kNone, "config: whether there is a health check"},
    Field{"image.stopsignal", Text, One, kNone, "config: signal that stops it"},
    Field{"image.labels", Text, AnyOf, Argument::OptionalKey, "config: NAME=VALUE, or one's value"},
    Field{"image.created_by", Text, AnyOf, kNone, "history: the instructions that made its layers"},
    Field{"image.distro", Text, One, kNone, "debian, alpine, ... (ID of os-release)"},
    Field{"image.distro.version", Text, One, kNone, "12, 3.19.1, ... (VERSION_ID)"},
    Field{"image.distro.eol", Boolean, One, kNone, "whether the release's support has ended"},
    Field{"image.packages", Integer, One, kNone, "how many packages it has"},
    Field{"image.findings", Integer, One, kNone, "how many findings count"},
    Field{"image.incomplete",
          Boolean,
          One,
          kNone,
          "whether something could not be read, or vulnerabilities were not looked for"},
    Field{"image.unowned", Path, AnyOf, kNone, "programs that no package accounts for"},
    Field{"image.container", Boolean, One, kNone, "whether a container's changes were read, too"},
};

constexpr std::array kConfig{
    Field{"file.path", Path, One, kNone, "the file that is checked"},
    Field{"file.type", Text, One, kNone, "dockerfile, compose, kubernetes or daemon"},
    Field{"resource.kind", Text, One, kNone, "Deployment, Pod, service, stage, ..."},
    Field{"resource.name", Text, One, kNone, "its name"},
    Field{"resource.namespace", Text, One, kNone, "its namespace"},
    Field{"resource.body", Any, List, Argument::JsonPath, "the resource itself"},
};

constexpr std::array kRequest{
    Field{"request.method", Text, One, kNone, "HTTP method: GET, POST, ..."},
    Field{"request.path", Path, One, kNone, "path of the request, without API version"},
    Field{"request.version", Text, One, kNone, "API version: 1.43"},
    Field{"request.action",
          Text,
          One,
          kNone,
          "what it asks for: containers.create, images.pull, containers.exec, ..."},
    Field{"request.query", Text, AnyOf, kKey, "a parameter of the query"},
    Field{"request.header", Text, AnyOf, kKey, "a header, by its name in lower case"},
    Field{"request.body", Any, List, Argument::JsonPath, "the JSON that was sent"},
    Field{"request.image", Text, One, kNone, "the image that it is about"},
    Field{"request.container", Text, One, kNone, "the container that it is about"},
    Field{"request.operation", Text, One, kNone, "Kubernetes: CREATE, UPDATE, DELETE, CONNECT"},
    Field{"request.gate", Text, One, kNone, "plugin, guard, admission"},
    Field{"request.changes", Boolean, One, kNone, "anything but a look"},
    Field{"request.resource", Text, One, kNone, "name of what it is about"},
    Field{"request.resource.kind", Text, One, kNone, "container, image, volume, network, ..."},
    Field{"request.resource.labels",
          Text,
          AnyOf,
          Argument::OptionalKey,
          "NAME=VALUE, or one's value"},
    Field{"request.owner", Text, One, kNone, "who created what it is about"},
    Field{"request.own", Boolean, One, kNone, "whether the caller created it"},
    Field{"request.images",
          Text,
          List,
          kNone,
          "images that it would run, build on or name, by their full names: "
          "docker.io/library/nginx:1.27"},
    Field{"request.produces", Text, List, kNone, "names that images would get by it"},
    Field{"request.privileged", Boolean, One, kNone, "every right of the host"},
    Field{"request.capabilities",
          Text,
          List,
          kNone,
          "capabilities that it adds: NET_ADMIN, ALL, ..."},
    Field{"request.dropped", Text, List, kNone, "capabilities that it drops"},
    Field{
        "request.host_namespaces", Text, List, kNone, "of the host: network, pid, ipc, uts, user"},
    Field{"request.joined_containers", Text, List, kNone, "whose namespaces or volumes it joins"},
    Field{"request.host_paths", Path, List, kNone, "host paths that it mounts, by whatever way"},
    Field{"request.writable_host_paths", Path, List, kNone, "those that it could write to"},
    Field{"request.volumes", Text, List, kNone, "named volumes"},
    Field{"request.network_shares",
          Text,
          List,
          kNone,
          "what volumes bring over the network: nfs:192.0.2.1:/srv, cifs://files/team"},
    Field{"request.engine_socket", Boolean, One, kNone, "mounts a control socket of an engine"},
    Field{"request.devices", Path, List, kNone, "devices of the host"},
    Field{"request.device_rules", Text, List, kNone, "device cgroup rules"},
    Field{"request.unconfined", Text, List, kNone, "switched off: seccomp, apparmor, selinux, ..."},
    Field{"request.no_new_privileges", Boolean, One, kNone, "setuid programs gain nothing"},
    Field{"request.user", Text, One, kNone, "user that it would run as"},
    Field{"request.root", Boolean, One, kNone, "whether that user is root"},
    Field{"request.readonly", Boolean, One, kNone, "its root file system is read-only"},
    Field{"request.unlimited", Text, List, kNone, "without a limit: memory, cpu, pids"},
    Field{"request.ports", Text, List, kNone, "published ports: 0.0.0.0:8080:80/tcp"},
    Field{"request.port_addresses", Address, List, kNone, "host addresses that it publishes on"},
    Field{"request.runtime", Text, One, kNone, "OCI runtime other than the default"},
    Field{"request.cgroup_parent", Path, One, kNone, "cgroup that it would be put below"},
    Field{"request.sysctls", Text, List, kNone, "NAME=VALUE"},
    Field{"request.restart", Text, One, kNone, "restart policy: always, on-failure, ..."},
    Field{"request.networks", Text, List, kNone, "networks that it joins"},
    Field{"request.command", Text, One, kNone, "what it would run, words joined by blanks"},
    Field{"request.environment", Text, List, kNone, "names of environment variables"},
    Field{
        "request.entitlements", Text, List, kNone, "builds: network.host, security.insecure, ..."},
    Field{"request.others",
          Text,
          List,
          kNone,
          "containers, volumes and networks that it joins or mounts and the caller did not create"},
    Field{"request.unapproved_host_paths",
          Path,
          List,
          kNone,
          "host paths that it mounts and the policy's 'mounts' do not name"},
    Field{"request.resource.running", Boolean, One, kNone, "whether that container runs"},
    Field{
        "request.resource.privileged", Boolean, One, kNone, "whether that container is privileged"},
    Field{"request.resource.images",
          Text,
          List,
          kNone,
          "image of that container, names of that image"},
    Field{"request.break_glass", Boolean, One, kNone, "the caller's rights are break-glass rights"},
    Field{"image.registry", Text, List, kNone, "registries of its images: docker.io, ghcr.io, ..."},
    Field{"image.repository", Text, List, kNone, "their repositories: library/nginx, ..."},
    Field{"image.tag", Text, List, kNone, "their tags: latest, 1.27, ..."},
    Field{"image.pinned", Boolean, One, kNone, "all of them are named by digest or id"},
    Field{
        "image.scan.age", Duration, One, kNone, "time since the image was scanned; absent: never"},
    Field{
        "image.scan.decision", Text, One, kNone, "what that scan's policy said: allow, warn, deny"},
    Field{"image.signed", Boolean, One, kNone, "a trusted key signed it; absent: not looked at"},
    Field{"image.signers", Text, List, kNone, "names of the trusted keys that signed it"},
    Field{"request.kind", Text, One, kNone, "Kubernetes: kind of the object"},
    Field{"request.namespace", Text, One, kNone, "Kubernetes: namespace of the object"},
    Field{"request.object", Any, List, Argument::JsonPath, "Kubernetes: the object"},
    Field{"user.name", Text, One, kNone, "who asks"},
    Field{"user.groups", Text, List, kNone, "groups of who asks"},
    Field{"user.roles", Text, List, kNone, "roles of who asks"},
    Field{
        "user.auth", Text, One, kNone, "how they proved it: none, socket, certificate, kubernetes"},
    Field{"user.certificate", Text, One, kNone, "SHA-256 fingerprint of their certificate"},
    Field{"user.uid", Integer, One, kNone, "uid of the local process that asks"},
    Field{"user.login_uid", Integer, One, kNone, "uid that logged in, before any sudo"},
    Field{"user.container", Text, One, kNone, "id of the container that the caller runs in"},
    Field{"client.address", Address, One, kNone, "address that the request comes from"},
};

constexpr std::array kContainer{
    Field{"container.id", Text, One, kNone, "id of the container"},
    Field{"container.name", Text, One, kNone, "name of the container"},
    Field{"container.engine", Text, One, kNone, "docker, podman, containerd, ..."},
    Field{"container.image", Text, One, kNone, "the image as it was started from"},
    Field{"container.running", Boolean, One, kNone, "whether it runs"},
    Field{"container.age", Duration, One, kNone, "time since it was started"},
    Field{"container.user", Text, One, kNone, "user that it runs as"},
    Field{"container.root", Boolean, One, kNone, "whether that user is root"},
    Field{"container.privileged", Boolean, One, kNone, "started with every right"},
    Field{"container.capabilities", Text, List, kNone, "capabilities beyond none: NET_ADMIN, ..."},
    Field{"container.readonly", Boolean, One, kNone, "whether its root file system is read-only"},
    Field{"container.network", Text, One, kNone, "network mode: bridge, host, none, ..."},
    Field{"container.pid", Text, One, kNone, "pid namespace: private, host, ..."},
    Field{"container.ipc", Text, One, kNone, "ipc namespace"},
    Field{"container.userns", Text, One, kNone, "user namespace"},
    Field{"container.seccomp", Text, One, kNone, "seccomp profile: default, unconfined, ..."},
    Field{"container.apparmor", Text, One, kNone, "AppArmor profile"},
    Field{"container.mounts", Path, AnyOf, kNone, "host folders that it sees"},
    Field{"container.ports", Text, AnyOf, kNone, "published ports: 0.0.0.0:80/tcp"},
    Field{"container.memory", Size, One, kNone, "memory limit, absent if there is none"},
    Field{"container.pids", Integer, One, kNone, "process limit, absent if there is none"},
    Field{"container.labels", Text, AnyOf, Argument::OptionalKey, "NAME=VALUE, or one's value"},
    Field{"container.body", Any, List, Argument::JsonPath, "what the engine says of it"},
};

constexpr std::array kHost{
    Field{"host.name", Text, One, kNone, "name of the machine"},
    Field{"host.kernel", Text, One, kNone, "release of its kernel"},
    Field{"host.distro", Text, One, kNone, "debian, rhel, ... (ID of os-release)"},
    Field{"host.distro.version", Text, One, kNone, "12, 9.4, ... (VERSION_ID)"},
    Field{"host.engines", Text, List, kNone, "container engines that run on it"},
    Field{"check.id", Text, One, kNone, "id of the benchmark check"},
    Field{"check.passed", Boolean, One, kNone, "whether it passed"},
    Field{"check.level", Integer, One, kNone, "profile level of the benchmark"},
    Field{"check.section", Text, One, kNone, "section of the benchmark: 2.1, ..."},
};

} // namespace

std::span<const Field> finding_fields() {
  return kFinding;
}

std::span<const Field> package_fields() {
  return kPackage;
}

std::span<const Field> image_fields() {
  return kImage;
}

std::span<const Field> config_fields() {
  return kConfig;
}

std::span<const Field> request_fields() {
  return kRequest;
}

std::span<const Field> container_fields() {
  return kContainer;
}

std::span<const Field> host_fields() {
  return kHost;
}

} // namespace portique::policy
