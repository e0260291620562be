#pragma once

// The flags that `docker run` and `docker create` share, and the body that they make.

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "portique/access/command_line/command.h"

namespace portique::access {

/// As Words::parse() takes them.
inline constexpr std::string_view kContainerFlags =
    "add-host= annotation= a,attach= blkio-weight= blkio-weight-device= cap-add= cap-drop= "
    "cgroup-parent= cgroupns= cidfile= cpu-count= cpu-percent= cpu-period= cpu-quota= "
    "cpu-rt-period= cpu-rt-runtime= c,cpu-shares= cpus= cpuset-cpus= cpuset-mems= d,detach "
    "detach-keys= device= device-cgroup-rule= device-read-bps= device-read-iops= "
    "device-write-bps= device-write-iops= disable-content-trust dns= dns-opt,dns-option= "
    "dns-search= domainname= entrypoint= e,env= env-file= expose= gpus= group-add= health-cmd= "
    "health-interval= health-retries= health-start-period= health-start-interval= health-timeout= "
    "help h,hostname= init i,interactive io-maxbandwidth= io-maxiops= ip= ip6= ipc= isolation= "
    "kernel-memory= l,label= label-file= link= link-local-ip= log-driver= log-opt= mac-address= "
    "m,memory= memory-reservation= memory-swap= memory-swappiness= mount= name= net,network= "
    "net-alias,network-alias= no-healthcheck oom-kill-disable oom-score-adj= pid= pids-limit= "
    "platform= privileged p,publish= P,publish-all pull= q,quiet read-only restart= rm runtime= "
    "security-opt= shm-size= sig-proxy stop-signal= stop-timeout= storage-opt= sysctl= tmpfs= "
    "t,tty ulimit= use-api-socket u,user= userns= uts= v,volume= volume-driver= volumes-from= "
    "w,workdir=";

struct ContainerBody {
  boost::json::object body;
  bool attach_in = false;
  bool attach_out = false;
  bool attach_error = false;
};

/// The body of POST /containers/create. The first argument is the image.
base::Result<ContainerBody> container_body(const Words& words, const CommandContext& context);

} // namespace portique::access
