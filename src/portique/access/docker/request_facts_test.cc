#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "portique/access/docker/facts_text_for_tests.h"
#include "portique/access/docker/fake_engine_view.h"
#include "portique/access/docker/request_facts.h"
#include "portique/base/file.h"

namespace portique::access {
namespace {

void fill(FakeEngineView& view) {
  view.images["app"] = {.id = "sha256:1", .user = "1000:1000"};
  view.images["rooted"] = {.id = "sha256:2"};
  view.volumes["plain"] = {.name = "plain", .driver = "local"};
  view.volumes["etc"] = {.name = "etc",
                         .driver = "local",
                         .options = {{"type", "none"}, {"o", "bind,ro"}, {"device", "/etc"}}};
  view.volumes["ssh"] = {.name = "ssh", .driver = "sshfs", .options = {{"key", "/root/.ssh/id"}}};
  view.containers["db"] = {.id = "d0",
                           .name = "db",
                           .bind_sources = {"/srv/db", "/var/run/docker.sock"},
                           .volumes = {"plain"},
                           .user = "999"};
  view.networks["h0"] = {.id = "h0", .name = "host", .driver = "host"};
  view.networks["back"] = {.id = "b0", .name = "back", .driver = "bridge"};
}

std::string facts_of(std::string_view method,
                     std::string_view target,
                     std::string_view body,
                     const FactOptions& options = {.host = HostSight::Hidden}) {
  EngineRequest request{.method = std::string(method), .target = std::string(target)};
  if (!body.empty()) {
    request.headers.push_back({.name = "Content-Type", .value = "application/json"});
    request.body_state = BodyState::Whole;
    request.body = body;
  }
  FakeEngineView view;
  fill(view);
  const auto call = parse_engine_call(request);
  if (!call) return "refused: " + call.error().text();
  const auto facts = workload_facts(*call, view, options);
  return facts ? facts_text(*facts) : "failed: " + facts.error().text();
}

TEST(RequestFacts, OfAContainersHostConfiguration) {
  const struct {
    std::string_view host; ///< of an image that runs as 1000:1000
    std::string_view want;
  } rows[] = {
      {R"({})", ""},
      {R"({"Privileged":true})",
       "privileged; capabilities ALL; unconfined seccomp,apparmor,selinux,systempaths"},
      {R"({"privileged":false,"PRIVILEGED":true})",
       "privileged; capabilities ALL; unconfined seccomp,apparmor,selinux,systempaths"},
      {R"({"CapAdd":["cap_sys_admin","NET_ADMIN"," all"],"CapDrop":["ALL"]})",
       "capabilities SYS_ADMIN,NET_ADMIN,ALL; dropped ALL"},
      {R"({"CapAdd":"SYS_PTRACE"})", "capabilities SYS_PTRACE"},
      // Namespaces.
      {R"({"PidMode":"host","IpcMode":"host","UTSMode":"host","UsernsMode":"host","CgroupnsMode":"host","NetworkMode":"host"})",
       "host network,pid,ipc,uts,user,cgroup; networks host"},
      {R"({"IpcMode":"shareable","CgroupnsMode":"private"})", ""},
      {R"({"PidMode":"container:db","NetworkMode":"container:web","IpcMode":"container:db"})",
       "joined web,db"},
      {R"({"Cgroup":"container:db"})", "joined db"},
      {R"({"Links":["db:x","/web:/a/b","c0"]})", "joined db,web,c0"},
      {R"({"NetworkMode":"back"})", "networks back"},
      {R"({"NetworkMode":"h0"})", "host network; networks h0"},
      {R"({"NetworkMode":"default"})", ""},
      {R"({"NetworkMode":"none"})", "networks none"},
      {R"({"PidMode":"ns:/proc/1/ns/pid","IpcMode":"ns:/proc/1/ns/ipc","NetworkMode":"ns:/proc/1/ns/net"})",
       "host network,pid,ipc"},
      {R"({"NetworkMode":"slirp4netns:allow_host_loopback=true"})", "host network"},
      // Bind mounts.
      {R"({"Binds":["/etc:/x"]})", "paths /etc; writable /etc"},
      {R"({"Binds":["/etc:/x:ro"]})", "paths /etc"},
      {R"({"Binds":["/etc:/x:rw,z"]})", "paths /etc; writable /etc"},
      {R"({"Binds":["/srv/../etc/./ssl//:/x:ro"]})", "paths /etc/ssl"},
      {R"({"Binds":["/../../..:/x:ro"]})", "paths /; socket"},
      {R"({"Binds":["/proc/1/root/etc:/x:ro"]})", "paths /etc"},
      {R"({"Binds":["/proc/self/root:/x:ro"]})", "paths /; socket"},
      {R"({"Binds":["/proc/1/task/7/root/etc:/x:ro"]})", "paths /etc"},
      {R"({"Binds":["/proc/1/cwd/x:/x:ro"]})", "paths /; socket"},
      {R"({"Binds":["/proc/self/fd/3:/x:ro"]})", "paths /; socket"},
      {R"({"Binds":["/dev/fd/3:/x:ro"]})", "paths /; socket"},
      {R"({"Binds":["/proc/sys:/x:ro"]})", "paths /proc/sys"},
      {R"({"Binds":["plain:/x"]})", "volumes plain"},
      {R"({"Binds":["unknown:/x"]})", "volumes unknown"},
      {R"({"Binds":["/x"]})", ""},
      {R"({"Binds":["./a:/x"]})", "paths /a; writable /a"},
      {R"({"Binds":[".ssh:/x:ro"]})", "paths /.ssh"},
      {R"({"Binds":["/srv:/x:O,upperdir=/etc,workdir=/root"]})",
       "paths /etc,/root,/srv; writable /etc,/root,/srv"},
      {R"({"Binds":["plain:/x:O,upperdir=/etc,workdir=/root"]})",
       "paths /etc,/root; writable /etc,/root; volumes plain"},
      {R"({"Binds":["/srv/x,lowerdir=/etc:/x:O"]})",
       "paths /,/srv/x,lowerdir=/etc; writable /,/srv/x,lowerdir=/etc; socket"},
      {R"({"Binds":["/srv:/x:ro,U"]})", "paths /srv; writable /srv"},
      {R"({"Binds":["etc:/x"]})", "paths /etc; volumes etc"},
      {R"({"Binds":["ssh:/x"]})", "paths /root/.ssh/id; writable /root/.ssh/id; volumes ssh"},
      {R"({"Mounts":[{"Type":"bind","Source":"/etc","Target":"/x"}]})",
       "paths /etc; writable /etc"},
      {R"({"Mounts":[{"type":"BIND","source":"/etc","target":"/x","readonly":true}]})",
       "paths /etc"},
      {R"({"Mounts":[{"Type":"volume","Source":"plain","Target":"/x"}]})", "volumes plain"},
      {R"({"Mounts":[{"Type":"volume","Source":"etc","Target":"/x"}]})", "paths /etc; volumes etc"},
      {R"({"Mounts":[{"Type":"tmpfs","Target":"/x"}]})", ""},
      {R"({"Mounts":[{"Type":"image","Source":"other","Target":"/x"}]})", "images other"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Name":"local","Options":{"type":"none","o":"bind","device":"/root"}}}}]})",
       "paths /root; writable /root"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"o":"rbind,ro","device":"/root"}}}}]})",
       "paths /root"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"ext4","device":"/dev/sda1"}}}}]})",
       "paths /dev/sda1; writable /dev/sda1; devices /dev/sda1"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"ext4","device":"dev/sda1"}}}}]})",
       "paths /dev/sda1; writable /dev/sda1; devices /dev/sda1"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"bpf","device":"x"}}}}]})",
       "paths /; writable /; socket"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"nfs","device":":/srv","o":"addr=192.0.2.1"}}}}]})",
       "shares nfs:192.0.2.1:/srv"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"overlay","device":"overlay","o":"lowerdir=/etc:/root,upperdir=/srv/u,workdir=/srv/w"}}}}]})",
       "paths /etc,/root,/srv/u,/srv/w; writable /etc,/root,/srv/u,/srv/w"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"proc","device":"proc"}}}}]})",
       "paths /proc; writable /proc"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"tmpfs","device":"tmpfs"}}}}]})",
       ""},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"nfs","o":"addr=10.0.0.1","device":":/share"}}}}]})",
       "shares nfs:10.0.0.1:/share"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"cifs","o":"username=a,password=b","device":"//files/team"}}}}]})",
       "shares cifs://files/team"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"cifs","o":"credentials=/root/.smb,password=a/b'c","device":"//files/team"}}}}]})",
       "paths /root/.smb; shares cifs://files/team"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"nfs","o":"addr=10.0.0.1,X-mount.subdir=..","device":":/share"}}}}]})",
       "paths /; writable /; shares nfs:10.0.0.1:/share; socket"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"nfs4","o":"rw","device":"files.example:/srv"}}}}]})",
       "shares nfs4:files.example:/srv"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"ceph","device":"192.0.2.1:6789:/","o":"name=x"}}}}]})",
       "shares ceph:192.0.2.1:6789:/"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"cifs","o":"bind","device":"//etc"}}}}]})",
       "paths /etc; writable /etc"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"cifs","o":"username=a, rbind","device":"//files/../etc"}}}}]})",
       "paths /etc; writable /etc"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"nfs","o":"addr=192.0.2.1,bind","device":":/etc"}}}}]})",
       "paths /:/etc; writable /:/etc"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"cifs","device":"/etc"}}}}]})",
       "paths /etc; writable /etc"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"CIFS","device":"//files/team"}}}}]})",
       "paths /,/files/team; writable /,/files/team; socket"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"device":"//files/team"}}}}]})",
       "paths /files/team; writable /files/team"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"none","device":"//etc"}}}}]})",
       "paths /etc; writable /etc"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"bind","device":"/etc"}}}}]})",
       "paths /etc; writable /etc"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"9p","device":"//files/team"}}}}]})",
       "paths /,/files/team; writable /,/files/team; socket"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"tmpfs","device":"/etc"}}}}]})",
       ""},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"tmpfs","o":"bind","device":"/etc"}}}}]})",
       "paths /etc; writable /etc"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"overlay","device":"/etc","o":"lowerdir=/srv"}}}}]})",
       "paths /srv; writable /srv"},
      // A comma behind a backslash ends no option for the kernel: this lays /etc over all.
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"overlay","device":"overlay","o":"lowerdir=/srv/x\\,/../../etc"}}}}]})",
       "paths /,/srv/x\\; writable /,/srv/x\\; socket"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"overlay","device":"overlay","o":"lowerdir=/srv,upperdir=\"/srv/x"}}}}]})",
       R"(paths /,/srv,/"/srv/x; writable /,/srv,/"/srv/x; socket)"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"overlay","device":"overlay","o":"lowerdir+=/srv,datadir+=/etc"}}}}]})",
       "paths /srv,/etc; writable /srv,/etc"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"erofs","device":"/srv/x.img","o":"ro,device=/etc/shadow"}}}}]})",
       "paths /etc/shadow,/srv/x.img"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"erofs","device":"/srv/x.img","o":"device=vmlinuz"}}}}]})",
       "paths /vmlinuz,/srv/x.img; writable /vmlinuz,/srv/x.img"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"device":"UUID=5a1c"}}}}]})",
       "paths /UUID=5a1c; writable /UUID=5a1c"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"none","device":"/srv","o":"bind,X-mount.subdir=.."}}}}]})",
       "paths /,/srv; writable /,/srv; socket"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"tmpfs","device":"tmpfs","o":"size=10m,uid=1000"}}}}]})",
       ""},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Options":{"type":"xfs","device":"//dev/sda1"}}}}]})",
       "paths /dev/sda1; writable /dev/sda1; devices /dev/sda1"},
      {R"({"Mounts":[{"Type":"volume","Target":"/x","VolumeOptions":{"DriverConfig":{"Name":"local-persist","Options":{"mountpoint":"/etc"}}}}]})",
       "paths /etc; writable /etc"},
      {R"({"VolumesFrom":["db:ro"]})",
       "joined db; paths /srv/db,/run/docker.sock; volumes plain; socket"},
      {R"({"VolumesFrom":["db"]})",
       "joined db; paths /srv/db,/run/docker.sock; writable /srv/db,/run/docker.sock; volumes "
       "plain; socket"},
      // The engine's socket.
      {R"({"Binds":["/var/run/docker.sock:/x:ro"]})", "paths /run/docker.sock; socket"},
      {R"({"Binds":["/run:/x:ro"]})", "paths /run; socket"},
      {R"({"Binds":["/var/run/:/x:ro"]})", "paths /run; socket"},
      {R"({"Binds":["/:/x:ro"]})", "paths /; socket"},
      {R"({"Binds":["/run/containerd:/x:ro"]})", "paths /run/containerd; socket"},
      {R"({"Binds":["/run/docker/containerd:/x:ro"]})", "paths /run/docker/containerd; socket"},
      {R"({"Binds":["/run/user/1000/docker.sock:/x:ro"]})",
       "paths /run/user/1000/docker.sock; socket"},
      {R"({"Binds":["/run/user/1000:/x:ro"]})", "paths /run/user/1000; socket"},
      {R"({"Binds":["/run/user/1000/podman/podman.sock:/x:ro"]})",
       "paths /run/user/1000/podman/podman.sock; socket"},
      {R"({"Binds":["/run/postgresql:/x:ro"]})", "paths /run/postgresql"},
      {R"({"Binds":["/runner:/x:ro"]})", "paths /runner"},
      {R"({"Mounts":[{"Type":"bind","Source":"/run/../run/docker.sock","Target":"/x","ReadOnly":true}]})",
       "paths /run/docker.sock; socket"},
      // Devices.
      {R"({"Devices":[{"PathOnHost":"/dev/../dev/sda","PathInContainer":"/dev/x","CgroupPermissions":"rwm"}]})",
       "devices /dev/sda"},
      {R"({"DeviceCgroupRules":["a *:* rwm"]})", "rules a *:* rwm"},
      {R"({"DeviceRequests":[{"Driver":"nvidia","Count":-1,"Capabilities":[["gpu","compute"]]}]})",
       "devices gpu:nvidia,compute:nvidia"},
      {R"({"DeviceRequests":[{"Driver":"cdi","DeviceIDs":["vendor.com/gpu=0"]}]})",
       "devices cdi:vendor.com/gpu=0"},
      {R"({"DeviceRequests":[{"Count":1,"Capabilities":[["gpu"]]}]})", "devices gpu"},
      {R"({"DeviceRequests":[{"Driver":"x"}]})", "devices request:x"},
      // Confinement.
      {R"({"SecurityOpt":["seccomp=unconfined","apparmor=unconfined","label=disable"]})",
       "unconfined seccomp,apparmor,selinux"},
      {R"({"SecurityOpt":["seccomp:unconfined","apparmor:unconfined"]})",
       "unconfined seccomp,apparmor"},
      {R"({"SecurityOpt":["seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}"]})",
       "unconfined seccomp"},
      {R"({"SecurityOpt":["seccomp={\"DEFAULTACTION\":\"SCMP_ACT_LOG\"}"]})", "unconfined seccomp"},
      {R"({"SecurityOpt":["seccomp={\"defaultAction\":\"SCMP_ACT_ERRNO\"}"]})", ""},
      {R"({"SecurityOpt":["seccomp={\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\",\"keyctl\"],\"action\":\"SCMP_ACT_ALLOW\"}]}"]})",
       "unconfined seccomp"},
      {R"({"SecurityOpt":["seccomp={\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"name\":\"unshare\",\"action\":\"SCMP_ACT_TRACE\"}]}"]})",
       "unconfined seccomp"},
      {R"({"SecurityOpt":["seccomp={\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}},{\"names\":[\"keyctl\"],\"action\":\"SCMP_ACT_ERRNO\"},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}"]})",
       ""},
      {R"({"SecurityOpt":["seccomp={"]})", "unconfined seccomp"},
      {R"({"SecurityOpt":["seccomp=/srv/mine.json"]})", "unconfined seccomp"},
      {R"({"SecurityOpt":["seccomp=builtin"]})", ""},
      {R"({"SecurityOpt":["writable-cgroups=true"]})", "unconfined writable-cgroups"},
      {R"({"SecurityOpt":["label=level:s0"]})", ""},
      {R"({"SecurityOpt":["label=type:spc_t"]})", "unconfined selinux"},
      {R"({"SecurityOpt":["label=type:container_t"]})", ""},
      {R"({"SecurityOpt":["no-new-privileges"]})", "no_new_privileges"},
      {R"({"SecurityOpt":["no-new-privileges:true"]})", "no_new_privileges"},
      {R"({"SecurityOpt":["no-new-privileges=false"]})", ""},
      {R"({"SecurityOpt":["systempaths=unconfined"]})", "unconfined systempaths"},
      {R"({"MaskedPaths":[]})", "unconfined systempaths"},
      {R"({"ReadonlyPaths":[]})", "unconfined systempaths"},
      {R"({"MaskedPaths":null,"ReadonlyPaths":null})", ""},
      {R"({"MaskedPaths":["/proc/kcore"]})", "unconfined systempaths"},
      {R"({"MaskedPaths":["/proc/kcore","/proc/keys","/proc/timer_list","/sys/firmware","/x"]})",
       ""},
      {R"({"ReadonlyRootfs":true})", "read_only"},
      // Limits.
      {R"({"Memory":1000000,"NanoCpus":1,"PidsLimit":5})", "memory; cpu; pids"},
      {R"({"Memory":0,"CpuQuota":5000,"PidsLimit":-1})", "cpu"},
      {R"({"Memory":-1,"PidsLimit":null})", ""},
      {R"({"CgroupParent":"/x"})", "cgroup_parent /x"},
      // Ports.
      {R"({"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]}})", "port :8080:80/tcp"},
      {R"({"PortBindings":{"53/UDP":[{"HostIp":"127.0.0.1","HostPort":"53"}]}})",
       "port 127.0.0.1:53:53/udp"},
      {R"({"PortBindings":{"80":[{}]}})", "port :0:80/tcp"},
      {R"({"PortBindings":{"80/tcp":[]}})", "port :0:80/tcp"},
      {R"({"PortBindings":{"80/tcp":null}})", ""},
      {R"({"PortBindings":{"80/tcp":[{"HostPort":"8000-8010"}]}})",
       "port :8000:80/tcp; port :8010:80/tcp"},
      {R"({"PortBindings":{"80/tcp":[{"HostPort":"80"},{"HostIp":"::1","HostPort":"81"}]}})",
       "port :80:80/tcp; port ::1:81:80/tcp"},
      {R"({"PublishAllPorts":true})", "publishes_all"},
      // The rest.
      {R"({"Runtime":"kata"})", "runtime kata"},
      {R"({"Sysctls":{"net.ipv4.ip_forward":"1"}})", "sysctl net.ipv4.ip_forward=1"},
      {R"({"RestartPolicy":{"Name":"always"}})", "restart always"},
      {R"({"RestartPolicy":{"Name":"no"}})", ""},
      {R"({"Annotations":{"run.oci.keep_original_groups":"1"}})",
       "annotations run.oci.keep_original_groups"},
  };

  for (const auto& row : rows) {
    const std::string body =
        R"({"Image":"app","User":"1000","HostConfig":)" + std::string(row.host) + "}";
    std::string want = "images app";
    std::string given = facts_of("POST", "/containers/create", body);
    // Every row has the image and its user: leave them out.
    const std::size_t user = given.find("; user 1000");
    ASSERT_NE(user, std::string::npos) << row.host << ": " << given;
    given.erase(user, std::string_view("; user 1000").size());
    if (row.want.starts_with("images ")) {
      EXPECT_EQ(given, want + "," + std::string(row.want.substr(7))) << row.host;
    } else {
      EXPECT_EQ(given, want + (row.want.empty() ? "" : "; ") + std::string(row.want)) << row.host;
    }
  }
}

TEST(RequestFacts, OfOtherRequests) {
  const struct {
    std::string_view method;
    std::string_view target;
    std::string_view body;
    std::string_view want;
  } rows[] = {
      // Users.
      {"POST", "/containers/create", R"({"Image":"app"})", "images app; user 1000:1000"},
      {"POST", "/containers/create", R"({"Image":"rooted"})", "images rooted; root"},
      {"POST", "/containers/create", R"({"Image":"unknown"})", "images unknown; root"},
      {"POST", "/containers/create", R"({"Image":"app","User":"0"})", "images app; user 0; root"},
      {"POST",
       "/containers/create",
       R"({"Image":"app","User":"+0:5"})",
       "images app; user +0:5; root"},
      {"POST", "/containers/create", R"({"Image":"app","User":"00"})", "images app; user 00; root"},
      {"POST",
       "/containers/create",
       R"({"Image":"app","User":" root"})",
       "images app; user  root; root"},
      {"POST", "/containers/create", R"({"Image":"app","User":":5"})", "images app; user :5; root"},
      {"POST", "/containers/create", R"({"Image":"app","User":"10"})", "images app; user 10"},
      {"POST",
       "/containers/create",
       R"({"Image":"app","Entrypoint":"/x","Cmd":["a","b"],"Env":["A=b","C"]})",
       "images app; user 1000:1000; command /x,a,b; environment A,C"},
      {"POST",
       "/containers/create",
       R"({"Image":"app","NetworkingConfig":{"EndpointsConfig":{"h0":{},"back":{"NetworkID":"b0"}}}})",
       "images app; host network; user 1000:1000; networks h0,back,b0"},
      {"POST",
       "/containers/create",
       R"({"Image":"app","Binds":["/etc:/x"],"Memory":5})",
       "images app; paths /etc; writable /etc; user 1000:1000; memory"},
      {"POST",
       "/containers/create",
       R"({"Image":"app","Volumes":{"/etc:/x":{}}})",
       "images app; paths /etc; writable /etc; user 1000:1000"},
      // Exec.
      {"POST", "/containers/db/exec", R"({"Cmd":["id"]})", "joined db; user 999; command id"},
      {"POST",
       "/containers/db/exec",
       R"({"Cmd":["id"],"User":"0:0","Env":["A=b"]})",
       "joined db; user 0:0; root; command id; environment A"},
      {"POST",
       "/containers/db/exec",
       R"({"Cmd":["id"],"PRIVILEGED":true})",
       "privileged; capabilities ALL; joined db; unconfined "
       "seccomp,apparmor,selinux,systempaths; user 999; command id"},
      {"POST", "/containers/gone/exec", R"({"Cmd":["id"]})", "joined gone; root; command id"},
      // Update.
      {"POST", "/containers/db/update", R"({})", "joined db; memory; cpu; pids"},
      {"POST",
       "/containers/db/update",
       R"({"PidsLimit":-1,"Memory":-1,"CpuQuota":-1,"RestartPolicy":{"Name":"always"}})",
       "joined db; restart always"},
      {"POST",
       "/containers/db/update",
       R"({"Devices":[{"PathOnHost":"/dev/sda"}]})",
       "joined db; devices /dev/sda; memory; cpu; pids"},
      // Others on containers.
      {"PUT", "/containers/db/archive?path=/", "", "joined db"},
      {"POST", "/containers/db/start", "", "joined db"},
      {"POST",
       "/containers/db/start?checkpoint=c&checkpoint-dir=/etc",
       "",
       "joined db; paths /etc; writable /etc"},
      {"POST",
       "/containers/db/checkpoints",
       R"({"CheckpointID":"c","CheckpointDir":"/root"})",
       "joined db; paths /root; writable /root"},
      {"POST",
       "/commit?container=db&repo=new",
       R"({"User":"5","Cmd":["x"]})",
       "images new; joined db; user 5; command x"},
      // Volumes.
      {"POST", "/volumes/create", R"({"Name":"v"})", "volumes v"},
      {"POST",
       "/volumes/create",
       R"({"Name":"v","DriverOpts":{"type":"none","o":"bind","device":"/etc"}})",
       "paths /etc; writable /etc; volumes v"},
      {"POST",
       "/volumes/create",
       R"({"Name":"v","driver":"local","driveropts":{"o":"size=1m, bind","device":"/run"}})",
       "paths /run; writable /run; volumes v; socket"},
      {"POST",
       "/volumes/create",
       R"({"Name":"v","DriverOpts":{"type":"cifs","o":"username=a","device":"//files/team"}})",
       "volumes v; shares cifs://files/team"},
      {"POST",
       "/volumes/create",
       R"({"Name":"v","DriverOpts":{"type":"none","o":"bind","device":"etc"}})",
       "paths /etc; writable /etc; volumes v"},
      // Networks.
      {"POST", "/networks/back/connect", R"({"Container":"db"})", "joined db; networks back"},
      {"POST",
       "/networks/back/connect",
       R"({"Container":"db","EndpointConfig":{"Links":["web:x"]}})",
       "joined db,web; networks back"},
      {"POST",
       "/networks/h0/connect",
       R"({"Container":"db"})",
       "host network; joined db; networks h0"},
      // Services.
      {"POST",
       "/services/create",
       R"({"Name":"s","TaskTemplate":{"ContainerSpec":{"Image":"app","Command":["a"],"Args":["b"],"Env":["A=b"],"User":"0","Mounts":[{"Type":"bind","Source":"/etc","Target":"/x"}],"CapabilityAdd":["CAP_NET_ADMIN"],"Sysctls":{"a":"b"},"ReadOnly":true,"Privileges":{"NoNewPrivileges":true}},"Resources":{"Limits":{"MemoryBytes":5,"NanoCPUs":6,"Pids":7}},"RestartPolicy":{"Condition":"any"},"Networks":[{"Target":"h0"}]},"EndpointSpec":{"Ports":[{"Protocol":"udp","TargetPort":53,"PublishedPort":5353}]}})",
       "images app; capabilities NET_ADMIN; host network; paths /etc; writable /etc; "
       "no_new_privileges; user 0; root; read_only; memory; cpu; pids; port :5353:53/udp; sysctl "
       "a=b; "
       "restart any; networks h0; command a,b; environment A"},
      {"POST",
       "/services/s/update?version=1",
       R"({"TaskTemplate":{"ContainerSpec":{"Image":"app","Privileges":{"Seccomp":{"Mode":"unconfined"},"AppArmor":{"Mode":"disabled"},"SELinuxContext":{"Disable":true}}}}})",
       "images app; unconfined selinux,seccomp,apparmor; user 1000:1000"},
      {"POST",
       "/services/create",
       R"({"TaskTemplate":{"Runtime":"plugin","PluginSpec":{"remote":"r/p","privileges":[{"name":"mount","value":["/"]},{"name":"network","value":["host"]}]}}})",
       "images r/p; host network; paths /; writable /; socket; root; networks host"},
      // Plugins.
      {"POST",
       "/plugins/pull?remote=r/p",
       R"([{"Name":"network","Value":["host"]},{"Name":"mount","Value":["/var/run/docker.sock"]},{"Name":"device","Value":["/dev/fuse"]},{"Name":"capabilities","Value":["CAP_SYS_ADMIN"]},{"Name":"allow-all-devices","Value":["true"]},{"Name":"host pid namespace","Value":["true"]},{"Name":"later","Value":["x"]}])",
       "images r/p; capabilities SYS_ADMIN; host network,pid; paths /run/docker.sock; writable "
       "/run/docker.sock; socket; devices /dev/fuse; rules a *:* rwm; root; networks host; "
       "entitlements later"},
      {"POST", "/plugins/p/upgrade?remote=r/p:2", "[]", "images r/p:2; root"},
      // Builds.
      {"POST", "/build?t=a:1", "", ""},
      {"POST",
       "/build?t=a&networkmode=host",
       "",
       "host network; networks host; entitlements network.host"},
      {"POST", "/build?networkmode=container:db", "", "joined db"},
      {"POST", "/build?remote=https://x.example/a.git", "", "entitlements unseen"},
      {"POST", "/build?version=2&remote=client-session", "", ""},
      {"POST", "/build?volume=/etc:/x", "", "failed: Docker's builder knows no option \"volume\""},
      {"POST", "/build?T=a", "", "failed: Docker's builder knows no option \"T\""},
      {"POST",
       "/build?isolation=chroot",
       "",
       "failed: Docker's builder knows no isolation \"chroot\""},
      {"POST", "/build?isolation=default", "", ""},
      {"POST",
       "/containers/create",
       R"({"HostConfig":{"Mounts":[{"Type":"bind,src=/etc","Target":"/x"}]}})",
       "failed: a mount's type holds a comma, a quote or a line break, which some engines take for "
       "the end of it"},
      {"POST", "/build?outputs=x", "", "failed: the query's \"outputs\" is not JSON"},
      {"POST",
       "/build?buildargs=%7B%22A%22:%22b%22%7D&cachefrom=%5B%22x%22%5D",
       "",
       "images x; environment A"},
      {"POST",
       "/build?securityopt=seccomp%3Dunconfined&memory=5&cpuquota=6&cgroupparent=/x",
       "",
       "unconfined seccomp; memory; cpu; cgroup_parent /x"},
      {"POST", "/build?buildargs=x", "", "failed: the query's \"buildargs\" is not JSON"},
      // Images.
      {"POST", "/images/create?fromImage=r.io/a&tag=1", "", "images r.io/a:1"},
      {"POST", "/images/a/tag?repo=r.io/b&tag=2", "", "images r.io/b:2"},
      {"GET", "/info", "", ""},
  };

  for (const auto& row : rows)
    EXPECT_EQ(facts_of(row.method, row.target, row.body), row.want)
        << row.target << " " << row.body;
}

TEST(RequestFacts, AnEngineThatCannotBeAskedIsAnError) {
  EngineRequest request{.method = "POST",
                        .target = "/containers/create",
                        .headers = {{.name = "Content-Type", .value = "application/json"}},
                        .body_state = BodyState::Whole,
                        .body = R"({"HostConfig":{"Binds":["v:/x"]}})"};
  FakeEngineView view;
  view.unreachable = true;
  const auto call = parse_engine_call(request);
  ASSERT_TRUE(call);
  EXPECT_FALSE(workload_facts(*call, view));
}

TEST(HostPath, FollowsLinksOfTheHost) {
  const auto folder = base::TempDir::create("host-path");
  ASSERT_TRUE(folder);
  const std::filesystem::path root = std::filesystem::canonical(folder->path());
  std::filesystem::create_directory(root / "data");
  std::filesystem::create_symlink("/etc", root / "data/absolute");
  std::filesystem::create_symlink("../data/absolute", root / "data/chain");
  std::filesystem::create_symlink("loop", root / "data/loop");
  std::filesystem::create_symlink("/proc/self/root/etc", root / "data/through");
  const std::string at = root.string() + "/data/";

  const struct {
    std::string path;
    std::string want;
  } rows[] = {
      {at + "absolute", "/etc"},
      {at + "absolute/ssl/../../root", "/root"},
      {at + "chain/ssl", "/etc/ssl"},
      {at + "chain/..", "/"},
      {at + "missing/../absolute", "/etc"},
      {at + "missing/x", at + "missing/x"},
      {at + "loop", at + "loop"},
      {at + "through", "/etc"},
      {"/dev/stdin", "/"},
      {"", "/"},
  };

  for (const auto& row : rows)
    EXPECT_EQ(resolve_host_path(row.path, HostSight::Seen), row.want) << row.path;
  EXPECT_EQ(resolve_host_path(at + "absolute", HostSight::Hidden), at + "absolute");
}

/// A folder under `mounts` that its user has made a link since the container was created.
TEST(RequestFacts, AContainerStartsWithWhatItsFoldersAreNow) {
  const auto folder = base::TempDir::create("start");
  ASSERT_TRUE(folder);
  const std::filesystem::path root = std::filesystem::canonical(folder->path());
  std::filesystem::create_directory(root / "kept");
  std::filesystem::create_symlink("/etc", root / "swapped");
  FakeEngineView view;
  view.containers["kept"] = {.id = "k", .bind_sources = {(root / "kept").string(), "/srv"}};
  view.containers["swapped"] = {.id = "s", .bind_sources = {(root / "swapped").string()}};
  for (const char* verb : {"start", "restart"}) {
    const auto given = [&](const std::string& name) {
      const EngineRequest request{.method = "POST", .target = "/containers/" + name + "/" + verb};
      const auto call = parse_engine_call(request).value();
      return facts_text(workload_facts(call, view, {.host = HostSight::Seen}).value());
    };
    EXPECT_EQ(given("kept"), "joined kept");
    EXPECT_EQ(given("swapped"), "joined swapped; paths /etc; writable /etc");
  }
}

TEST(HostPath, KnowsTheEngineAtHand) {
  EXPECT_TRUE(reaches_engine_socket("/srv", {"/srv/docker.socket"}));
  EXPECT_TRUE(reaches_engine_socket("/srv/docker.socket", {"/srv/docker.socket"}));
  EXPECT_FALSE(reaches_engine_socket("/srv2", {"/srv/docker.socket"}));
  EXPECT_FALSE(reaches_engine_socket("/run/user/1000/gnupg/S.gpg-agent", {}));
}

} // namespace
} // namespace portique::access
