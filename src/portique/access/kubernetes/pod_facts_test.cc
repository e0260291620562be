#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/kubernetes/pod_facts.h"
#include "portique/base/yaml.h"

namespace portique::access::kubernetes {
namespace {

namespace checks = inspect::kubernetes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

std::vector<PodContainer> facts_of(const std::string& spec, const std::string& metadata = "{}") {
  const auto document = base::parse_single_yaml(
      "{apiVersion: v1, kind: Pod, metadata: " + metadata + ", spec: " + spec + "}", {});
  EXPECT_TRUE(document) << document.error().text();
  const checks::Object object{&document->root, "", "v1", "Pod", "web", ""};
  return containers_with_facts(checks::pod_of(object));
}

WorkloadFacts one(const std::string& container, const std::string& more = "") {
  const auto all =
      facts_of("{" + more + "containers: [{name: app, image: app:1, " + container + "}]}");
  EXPECT_EQ(all.size(), 1U);
  return all.empty() ? WorkloadFacts() : all.front().facts;
}

TEST(PodFacts, FindEveryContainer) {
  const auto all = facts_of("{containers: [{name: a, image: x}], initContainers: [{name: b, image: "
                            "y}], ephemeralContainers: [{name: c, image: z, "
                            "targetContainerName: a}]}");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].name, "a");
  EXPECT_EQ(role_name(all[1].role), "init container");
  EXPECT_EQ(role_name(all[2].role), "ephemeral container");
  EXPECT_THAT(all[1].facts.images, ElementsAre("y"));
  EXPECT_THAT(all[2].facts.joined_containers, ElementsAre("a"));
}

TEST(PodFacts, OfAContainerThatSaysNothing) {
  const WorkloadFacts facts = one("env: []");
  EXPECT_FALSE(facts.privileged);
  EXPECT_TRUE(facts.root) << "nothing keeps the image from being root";
  EXPECT_FALSE(facts.no_new_privileges);
  EXPECT_FALSE(facts.root_filesystem_read_only);
  EXPECT_FALSE(facts.memory_limited);
  EXPECT_FALSE(facts.cpu_limited);
  EXPECT_TRUE(facts.pids_limited);
  EXPECT_THAT(facts.host_namespaces, IsEmpty());
  EXPECT_THAT(facts.unconfined, IsEmpty());
  EXPECT_THAT(facts.restart, "");
}

TEST(PodFacts, CapabilitiesAreReadAsRuntimesDo) {
  const WorkloadFacts facts =
      one("securityContext: {capabilities: {add: [sys_admin, CAP_NET_RAW, cap_bpf], drop: [all]}}");
  EXPECT_THAT(facts.capabilities, ElementsAre("SYS_ADMIN", "NET_RAW", "BPF"));
  EXPECT_THAT(facts.dropped, ElementsAre("ALL"));
}

TEST(PodFacts, UserOfContainerAndPod) {
  const struct {
    std::string container;
    std::string pod;
    std::string user;
    bool root;
  } rows[] = {
      {"securityContext: {runAsUser: 1000}", "", "1000", false},
      {"securityContext: {runAsUser: 0}", "", "0", true},
      {"securityContext: {runAsUser: 0}", "securityContext: {runAsUser: 1000}, ", "0", true},
      {"securityContext: {}",
       "securityContext: {runAsUser: 1000, runAsGroup: 5}, ",
       "1000:5",
       false},
      {"securityContext: {runAsNonRoot: true}", "", "", false},
      {"securityContext: {}", "securityContext: {runAsNonRoot: true}, ", "", false},
      {"securityContext: {runAsNonRoot: false}",
       "securityContext: {runAsNonRoot: true}, ",
       "",
       true},
      {"securityContext: {runAsUser: null}", "securityContext: {runAsUser: 7}, ", "7", false},
      {"securityContext: {runAsUser: 0, runAsNonRoot: true}", "", "0", true},
  };

  for (const auto& row : rows) {
    const WorkloadFacts facts = one(row.container, row.pod);
    EXPECT_EQ(facts.user, row.user) << row.container << row.pod;
    EXPECT_EQ(facts.root, row.root) << row.container << row.pod;
  }
}

TEST(PodFacts, WhatIsSwitchedOff) {
  EXPECT_THAT(one("securityContext: {seccompProfile: {type: Unconfined}}").unconfined,
              ElementsAre("seccomp"));
  EXPECT_THAT(
      one("tty: false", "securityContext: {seccompProfile: {type: Unconfined}}, ").unconfined,
      ElementsAre("seccomp"));
  EXPECT_THAT(one("securityContext: {seccompProfile: {type: RuntimeDefault}}",
                  "securityContext: {seccompProfile: {type: Unconfined}}, ")
                  .unconfined,
              IsEmpty());
  EXPECT_THAT(one("securityContext: {appArmorProfile: {type: Unconfined}}").unconfined,
              ElementsAre("apparmor"));
  EXPECT_THAT(one("securityContext: {procMount: Unmasked}").unconfined, ElementsAre("systempaths"));
  EXPECT_THAT(one("securityContext: {seLinuxOptions: {type: spc_t}}").unconfined,
              ElementsAre("selinux"));
  EXPECT_THAT(one("securityContext: {privileged: true}").unconfined,
              UnorderedElementsAre("seccomp", "apparmor", "selinux", "systempaths"));
}

TEST(PodFacts, AnnotationsSwitchAppArmorOff) {
  const auto all = facts_of("{containers: [{name: a, image: x}, {name: b, image: x}]}",
                            "{annotations: {container.apparmor.security.beta.kubernetes.io/b: "
                            "unconfined}}");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(all[0].facts.unconfined, IsEmpty());
  EXPECT_THAT(all[1].facts.unconfined, ElementsAre("apparmor"));
}

TEST(PodFacts, HostPathsByWayOfMounts) {
  const std::string volumes = "volumes: [{name: h, hostPath: {path: /srv/../var//lib/./x/}}, "
                              "{name: unused, hostPath: {path: /etc}}, {name: e, emptyDir: {}}, "
                              "{name: c, persistentVolumeClaim: {claimName: data}}], ";
  const WorkloadFacts facts = one("volumeMounts: [{name: h, mountPath: /a, readOnly: true}, {name: "
                                  "h, mountPath: /b, subPath: y}, {name: c, mountPath: /c}]",
                                  volumes);
  EXPECT_THAT(facts.host_paths, ElementsAre("/var/lib/x", "/var/lib/x/y"));
  EXPECT_THAT(facts.writable_host_paths, UnorderedElementsAre("/var/lib/x/y", "/var/lib/x"));
  EXPECT_THAT(facts.volumes, ElementsAre("data"));
  EXPECT_FALSE(facts.engine_socket);
}

TEST(PodFacts, SocketsOfEngines) {
  const struct {
    std::string path;
    bool leads;
  } rows[] = {
      {"/var/run/docker.sock", true},
      {"/run/docker.sock", true},
      {"/run/../var/run//docker.sock", true},
      {"/", true},
      {"/var", true},
      {"/var/run", true},
      {"/run", true},
      {"/run/containerd", true},
      {"/run/containerd/containerd.sock", true},
      {"/run/k3s", true},
      {"/var/run/crio/crio.sock", true},
      {"/proc/1/root", true},
      {"/var/lib", false},
      {"/run/lock", false},
      {"/run/docker.socks", false},
      {"/srv/docker.sock", false},
      {"/etc", false},
      {"", true}, // no path at all is the root of the host
  };

  for (const auto& row : rows)
    EXPECT_EQ(leads_to_engine_socket(row.path), row.leads) << row.path;
  EXPECT_TRUE(one("volumeMounts: [{name: s, mountPath: /s}]",
                  "volumes: [{name: s, hostPath: {path: /run/containerd/containerd.sock, type: "
                  "Socket}}], ")
                  .engine_socket);
}

TEST(PodFacts, NamespacesPortsAndTheRest) {
  const WorkloadFacts facts =
      one("ports: [{containerPort: 80, hostPort: 8080, hostIP: 127.0.0.1, protocol: UDP}, "
          "{containerPort: 443}], command: [sh], args: [-c, id], env: [{name: A, value: b}], "
          "resources: {limits: {memory: 1Gi, cpu: '0', nvidia.com/gpu: '1'}}",
          "hostNetwork: true, hostPID: true, hostIPC: true, runtimeClassName: kata, restartPolicy: "
          "OnFailure, securityContext: {sysctls: [{name: kernel.msgmax, value: '65536'}]}, ");
  EXPECT_THAT(facts.host_namespaces, ElementsAre("network", "pid", "ipc"));
  ASSERT_EQ(facts.ports.size(), 2U);
  EXPECT_EQ(facts.ports[0].address, "127.0.0.1");
  EXPECT_EQ(facts.ports[0].host_port, 8080);
  EXPECT_EQ(facts.ports[0].protocol, "udp");
  EXPECT_EQ(facts.ports[1].host_port, 443) << "with the host's network every port is the host's";
  EXPECT_EQ(facts.runtime, "kata");
  EXPECT_EQ(facts.restart, "on-failure");
  EXPECT_THAT(facts.sysctls, ElementsAre(Pair("kernel.msgmax", "65536")));
  EXPECT_THAT(facts.command, ElementsAre("sh", "-c", "id"));
  EXPECT_THAT(facts.environment, ElementsAre("A"));
  EXPECT_TRUE(facts.memory_limited);
  EXPECT_FALSE(facts.cpu_limited) << "0 is no limit";
  EXPECT_THAT(facts.devices, ElementsAre("nvidia.com/gpu"));
}

TEST(PodFacts, NothingOfTheWrongTypeIsTaken) {
  const WorkloadFacts facts = one("securityContext: [privileged], volumeMounts: {name: x}, ports: "
                                  "[3, {hostPort: 99999}], resources: 7",
                                  "volumes: 3, securityContext: x, hostNetwork: 'true', ");
  EXPECT_FALSE(facts.privileged);
  EXPECT_THAT(facts.ports, IsEmpty());
  EXPECT_THAT(facts.host_namespaces, IsEmpty());
}

} // namespace
} // namespace portique::access::kubernetes
