#include "portique/access/docker/engine_types.h"

// https://pkg.go.dev/github.com/docker/docker/api/types and its folders container, mount, network,
// swarm, volume, of releases 20.10 to 29.

#include <algorithm>
#include <array>

namespace portique::access {

namespace {

using Kind = GoType::Kind;
using Members = std::span<const GoMember>;
constexpr bool kPointer = true;

constexpr GoType kAny{};
constexpr GoType kBool{.kind = Kind::Bool};
constexpr GoType kInteger{.kind = Kind::Integer};
constexpr GoType kText{.kind = Kind::Text};
constexpr GoType kTexts{.kind = Kind::Texts};
constexpr GoType kTextList{.kind = Kind::List, .element = &kText};
constexpr GoType kTextLists{.kind = Kind::List, .element = &kTextList};
constexpr GoType kTextMap{.kind = Kind::Map, .element = &kText};
constexpr GoType kSet{.kind = Kind::Map, .element = &kAny};

constexpr GoType structure(Members members) {
  return {.kind = Kind::Struct, .members = members};
}

constexpr GoType list_of(const GoType& element) {
  return {.kind = Kind::List, .element = &element};
}

/// The members of several structs, as embedding makes them those of one.
template <std::size_t A, std::size_t B>
constexpr std::array<GoMember, A + B> joined(const std::array<GoMember, A>& a,
                                             const std::array<GoMember, B>& b) {
  std::array<GoMember, A + B> out{};
  std::ranges::copy(a, out.begin());
  std::ranges::copy(b, out.begin() + A);
  return out;
}

template <std::size_t N> using Fields = std::array<GoMember, N>;

// --- mounts
// ---------------------------------------------------------------------------------------

constexpr Fields<2> kDriverFields{{{"Name", &kText}, {"Options", &kTextMap}}};
constexpr GoType kDriver = structure(kDriverFields);

constexpr Fields<5> kBindOptionsFields{{{"Propagation", &kText},
                                        {"NonRecursive", &kBool},
                                        {"CreateMountpoint", &kBool},
                                        {"ReadOnlyNonRecursive", &kBool},
                                        {"ReadOnlyForceRecursive", &kBool}}};
constexpr GoType kBindOptions = structure(kBindOptionsFields);

constexpr Fields<4> kVolumeOptionsFields{{{"NoCopy", &kBool},
                                          {"Labels", &kTextMap},
                                          {"Subpath", &kText},
                                          {"DriverConfig", &kDriver, kPointer}}};
constexpr GoType kVolumeOptions = structure(kVolumeOptionsFields);

constexpr Fields<1> kImageOptionsFields{{{"Subpath", &kText}}};
constexpr GoType kImageOptions = structure(kImageOptionsFields);

constexpr Fields<3> kTmpfsOptionsFields{
    {{"SizeBytes", &kInteger}, {"Mode", &kInteger}, {"Options", &kTextLists}}};
constexpr GoType kTmpfsOptions = structure(kTmpfsOptionsFields);

constexpr Fields<10> kMountFields{{{"Type", &kText},
                                   {"Source", &kText},
                                   {"Target", &kText},
                                   {"ReadOnly", &kBool},
                                   {"Consistency", &kText},
                                   {"BindOptions", &kBindOptions, kPointer},
                                   {"VolumeOptions", &kVolumeOptions, kPointer},
                                   {"ImageOptions", &kImageOptions, kPointer},
                                   {"TmpfsOptions", &kTmpfsOptions, kPointer},
                                   {"ClusterOptions", &kAny, kPointer}}};
constexpr GoType kMount = structure(kMountFields);
constexpr GoType kMounts = list_of(kMount);

// --- containers
// -------------------------------------------------------------------------------------

constexpr Fields<3> kUlimitFields{{{"Name", &kText}, {"Hard", &kInteger}, {"Soft", &kInteger}}};
constexpr GoType kUlimit = structure(kUlimitFields);
constexpr GoType kUlimits = list_of(kUlimit);

constexpr Fields<3> kDeviceFields{
    {{"PathOnHost", &kText}, {"PathInContainer", &kText}, {"CgroupPermissions", &kText}}};
constexpr GoType kDevice = structure(kDeviceFields);
constexpr GoType kDevices = list_of(kDevice);

constexpr Fields<5> kDeviceRequestFields{{{"Driver", &kText},
                                          {"Count", &kInteger},
                                          {"DeviceIDs", &kTextList},
                                          {"Capabilities", &kTextLists},
                                          {"Options", &kTextMap}}};
constexpr GoType kDeviceRequest = structure(kDeviceRequestFields);
constexpr GoType kDeviceRequests = list_of(kDeviceRequest);

constexpr Fields<2> kRestartFields{{{"Name", &kText}, {"MaximumRetryCount", &kInteger}}};
constexpr GoType kRestart = structure(kRestartFields);

constexpr Fields<3> kThrottleFields{{{"Path", &kText}, {"Rate", &kInteger}, {"Weight", &kInteger}}};
constexpr GoType kThrottle = structure(kThrottleFields);
constexpr GoType kThrottles = list_of(kThrottle);

constexpr auto kResourcesFields = std::to_array<GoMember>({
    {"CpuShares", &kInteger},
    {"Memory", &kInteger},
    {"NanoCpus", &kInteger},
    {"CgroupParent", &kText},
    {"BlkioWeight", &kInteger},
    {"BlkioWeightDevice", &kThrottles},
    {"BlkioDeviceReadBps", &kThrottles},
    {"BlkioDeviceWriteBps", &kThrottles},
    {"BlkioDeviceReadIOps", &kThrottles},
    {"BlkioDeviceWriteIOps", &kThrottles},
    {"CpuPeriod", &kInteger},
    {"CpuQuota", &kInteger},
    {"CpuRealtimePeriod", &kInteger},
    {"CpuRealtimeRuntime", &kInteger},
    {"CpusetCpus", &kText},
    {"CpusetMems", &kText},
    {"Devices", &kDevices},
    {"DeviceCgroupRules", &kTextList},
    {"DeviceRequests", &kDeviceRequests},
    {"DiskQuota", &kInteger},
    {"KernelMemory", &kInteger},
    {"KernelMemoryTCP", &kInteger},
    {"MemoryReservation", &kInteger},
    {"MemorySwap", &kInteger},
    {"MemorySwappiness", &kInteger, kPointer},
    {"OomKillDisable", &kBool, kPointer},
    {"PidsLimit", &kInteger, kPointer},
    {"Ulimits", &kUlimits},
    {"CpuCount", &kInteger},
    {"CpuPercent", &kInteger},
    {"IOMaximumIOps", &kInteger},
    {"IOMaximumBandwidth", &kInteger},
});

constexpr Fields<2> kLogConfigFields{{{"Type", &kText}, {"Config", &kTextMap}}};
constexpr GoType kLogConfig = structure(kLogConfigFields);

constexpr Fields<2> kPortBindingFields{{{"HostIp", &kText}, {"HostPort", &kText}}};
constexpr GoType kPortBinding = structure(kPortBindingFields);
constexpr GoType kPortBindings = list_of(kPortBinding);
constexpr GoType kPortMap{.kind = Kind::Map, .element = &kPortBindings};

constexpr auto kHostConfigOwnFields = std::to_array<GoMember>({
    {"Binds", &kTextList},       {"ContainerIDFile", &kText},
    {"LogConfig", &kLogConfig},  {"NetworkMode", &kText},
    {"PortBindings", &kPortMap}, {"RestartPolicy", &kRestart},
    {"AutoRemove", &kBool},      {"VolumeDriver", &kText},
    {"VolumesFrom", &kTextList}, {"ConsoleSize", &kAny},
    {"Annotations", &kTextMap},  {"CapAdd", &kTexts},
    {"CapDrop", &kTexts},        {"Capabilities", &kTexts},
    {"CgroupnsMode", &kText},    {"Dns", &kTextList},
    {"DnsOptions", &kTextList},  {"DnsSearch", &kTextList},
    {"ExtraHosts", &kTextList},  {"GroupAdd", &kTextList},
    {"IpcMode", &kText},         {"Cgroup", &kText},
    {"Links", &kTextList},       {"OomScoreAdj", &kInteger},
    {"PidMode", &kText},         {"Privileged", &kBool},
    {"PublishAllPorts", &kBool}, {"ReadonlyRootfs", &kBool},
    {"SecurityOpt", &kTextList}, {"StorageOpt", &kTextMap},
    {"Tmpfs", &kTextMap},        {"UTSMode", &kText},
    {"UsernsMode", &kText},      {"ShmSize", &kInteger},
    {"Sysctls", &kTextMap},      {"Runtime", &kText},
    {"Isolation", &kText},       {"Mounts", &kMounts},
    {"MaskedPaths", &kTextList}, {"ReadonlyPaths", &kTextList},
    {"Init", &kBool, kPointer},
});

constexpr auto kHostConfigFields = joined(kHostConfigOwnFields, kResourcesFields);
constexpr GoType kHostConfig = structure(kHostConfigFields);

constexpr Fields<6> kHealthFields{{{"Test", &kTextList},
                                   {"Interval", &kInteger},
                                   {"Timeout", &kInteger},
                                   {"StartPeriod", &kInteger},
                                   {"StartInterval", &kInteger},
                                   {"Retries", &kInteger}}};
constexpr GoType kHealth = structure(kHealthFields);

constexpr auto kConfigFields = std::to_array<GoMember>({
    {"Hostname", &kText},
    {"Domainname", &kText},
    {"User", &kText},
    {"AttachStdin", &kBool},
    {"AttachStdout", &kBool},
    {"AttachStderr", &kBool},
    {"ExposedPorts", &kSet},
    {"Tty", &kBool},
    {"OpenStdin", &kBool},
    {"StdinOnce", &kBool},
    {"Env", &kTextList},
    {"Cmd", &kTexts},
    {"Healthcheck", &kHealth, kPointer},
    {"ArgsEscaped", &kBool},
    {"Image", &kText},
    {"Volumes", &kSet},
    {"WorkingDir", &kText},
    {"Entrypoint", &kTexts},
    {"NetworkDisabled", &kBool},
    {"MacAddress", &kText},
    {"OnBuild", &kTextList},
    {"Labels", &kTextMap},
    {"StopSignal", &kText},
    {"StopTimeout", &kInteger, kPointer},
    {"Shell", &kTexts},
});
constexpr GoType kConfig = structure(kConfigFields);

constexpr Fields<3> kEndpointIpamFields{
    {{"IPv4Address", &kText}, {"IPv6Address", &kText}, {"LinkLocalIPs", &kTextList}}};
constexpr GoType kEndpointIpam = structure(kEndpointIpamFields);

constexpr auto kEndpointFields = std::to_array<GoMember>({
    {"IPAMConfig", &kEndpointIpam, kPointer},
    {"Links", &kTextList},
    {"Aliases", &kTextList},
    {"NetworkID", &kText},
    {"EndpointID", &kText},
    {"Gateway", &kText},
    {"IPAddress", &kText},
    {"IPPrefixLen", &kInteger},
    {"IPv6Gateway", &kText},
    {"GlobalIPv6Address", &kText},
    {"GlobalIPv6PrefixLen", &kInteger},
    {"MacAddress", &kText},
    {"DriverOpts", &kTextMap},
    {"GwPriority", &kInteger},
    {"DNSNames", &kTextList},
});
constexpr GoType kEndpoint = structure(kEndpointFields);
constexpr GoType kEndpoints{.kind = Kind::Map, .element = &kEndpoint};

constexpr Fields<1> kNetworkingFields{{{"EndpointsConfig", &kEndpoints}}};
constexpr GoType kNetworking = structure(kNetworkingFields);

constexpr Fields<3> kCreateOwnFields{{{"HostConfig", &kHostConfig, kPointer},
                                      {"NetworkingConfig", &kNetworking, kPointer},
                                      {"Cpuset", &kText}}};
// The engine up to 20.10 embeds HostConfig too: its members may stand beside those of Config.
constexpr auto kCreateFields = joined(joined(kCreateOwnFields, kConfigFields), kHostConfigFields);
constexpr GoType kCreate = structure(kCreateFields);

constexpr Fields<1> kUpdateOwnFields{{{"RestartPolicy", &kRestart}}};
constexpr auto kUpdateFields = joined(kUpdateOwnFields, kResourcesFields);
constexpr GoType kUpdate = structure(kUpdateFields);

constexpr auto kExecFields = std::to_array<GoMember>({
    {"User", &kText},
    {"Privileged", &kBool},
    {"Tty", &kBool},
    {"ConsoleSize", &kAny},
    {"AttachStdin", &kBool},
    {"AttachStderr", &kBool},
    {"AttachStdout", &kBool},
    {"Detach", &kBool},
    {"DetachKeys", &kText},
    {"Env", &kTextList},
    {"WorkingDir", &kText},
    {"Cmd", &kTextList},
});
constexpr GoType kExec = structure(kExecFields);

constexpr Fields<3> kCheckpointFields{
    {{"CheckpointID", &kText}, {"CheckpointDir", &kText}, {"Exit", &kBool}}};
constexpr GoType kCheckpoint = structure(kCheckpointFields);

// --- volumes and networks
// ---------------------------------------------------------------------------

constexpr Fields<5> kVolumeFields{{{"Name", &kText},
                                   {"Driver", &kText},
                                   {"DriverOpts", &kTextMap},
                                   {"Labels", &kTextMap},
                                   {"ClusterVolumeSpec", &kAny, kPointer}}};
constexpr GoType kVolume = structure(kVolumeFields);
constexpr Fields<1> kVolumeUpdateFields{{{"Spec", &kAny, kPointer}}};
constexpr GoType kVolumeUpdate = structure(kVolumeUpdateFields);

constexpr Fields<5> kIpamConfigFields{{{"Subnet", &kText},
                                       {"IPRange", &kText},
                                       {"Gateway", &kText},
                                       {"AuxiliaryAddresses", &kTextMap},
                                       {"Range", &kText}}};
constexpr GoType kIpamConfig = structure(kIpamConfigFields);
constexpr GoType kIpamConfigs = list_of(kIpamConfig);
constexpr Fields<3> kIpamFields{
    {{"Driver", &kText}, {"Options", &kTextMap}, {"Config", &kIpamConfigs}}};
constexpr GoType kIpam = structure(kIpamFields);
constexpr Fields<1> kConfigFromFields{{{"Network", &kText}}};
constexpr GoType kConfigFrom = structure(kConfigFromFields);

constexpr auto kNetworkFields = std::to_array<GoMember>({
    {"Name", &kText},
    {"CheckDuplicate", &kBool},
    {"Driver", &kText},
    {"Scope", &kText},
    {"EnableIPv4", &kBool, kPointer},
    {"EnableIPv6", &kBool, kPointer},
    {"IPAM", &kIpam, kPointer},
    {"Internal", &kBool},
    {"Attachable", &kBool},
    {"Ingress", &kBool},
    {"ConfigOnly", &kBool},
    {"ConfigFrom", &kConfigFrom, kPointer},
    {"Options", &kTextMap},
    {"Labels", &kTextMap},
});
constexpr GoType kNetwork = structure(kNetworkFields);
constexpr Fields<2> kConnectFields{
    {{"Container", &kText}, {"EndpointConfig", &kEndpoint, kPointer}}};
constexpr GoType kConnect = structure(kConnectFields);
constexpr Fields<2> kDisconnectFields{{{"Container", &kText}, {"Force", &kBool}}};
constexpr GoType kDisconnect = structure(kDisconnectFields);

// --- plugins
// ------------------------------------------------------------------------------------------

constexpr Fields<3> kPrivilegeFields{
    {{"Name", &kText}, {"Description", &kText}, {"Value", &kTextList}}};
constexpr GoType kPrivilege = structure(kPrivilegeFields);
constexpr GoType kPrivileges = list_of(kPrivilege);

// --- swarm
// --------------------------------------------------------------------------------------------

constexpr Fields<2> kAnnotationsFields{{{"Name", &kText}, {"Labels", &kTextMap}}};

constexpr Fields<5> kSeLinuxFields{
    {{"Disable", &kBool}, {"User", &kText}, {"Role", &kText}, {"Type", &kText}, {"Level", &kText}}};
constexpr GoType kSeLinux = structure(kSeLinuxFields);
constexpr Fields<2> kModeFields{{{"Mode", &kText}, {"Profile", &kAny}}};
constexpr GoType kMode = structure(kModeFields);
constexpr Fields<5> kPrivilegesFields{{{"CredentialSpec", &kAny, kPointer},
                                       {"SELinuxContext", &kSeLinux, kPointer},
                                       {"Seccomp", &kMode, kPointer},
                                       {"AppArmor", &kMode, kPointer},
                                       {"NoNewPrivileges", &kBool}}};
constexpr GoType kServicePrivileges = structure(kPrivilegesFields);

constexpr Fields<4> kFileTargetFields{
    {{"Name", &kText}, {"UID", &kText}, {"GID", &kText}, {"Mode", &kInteger}}};
constexpr GoType kFileTarget = structure(kFileTargetFields);
constexpr auto kReferenceFields = std::to_array<GoMember>({
    {"File", &kFileTarget, kPointer},
    {"Runtime", &kAny, kPointer},
    {"SecretID", &kText},
    {"SecretName", &kText},
    {"ConfigID", &kText},
    {"ConfigName", &kText},
});
constexpr GoType kReference = structure(kReferenceFields);
constexpr GoType kReferences = list_of(kReference);

constexpr auto kContainerSpecFields = std::to_array<GoMember>({
    {"Image", &kText},
    {"Labels", &kTextMap},
    {"Command", &kTextList},
    {"Args", &kTextList},
    {"Hostname", &kText},
    {"Env", &kTextList},
    {"Dir", &kText},
    {"User", &kText},
    {"Groups", &kTextList},
    {"Privileges", &kServicePrivileges, kPointer},
    {"Init", &kBool, kPointer},
    {"StopSignal", &kText},
    {"TTY", &kBool},
    {"OpenStdin", &kBool},
    {"ReadOnly", &kBool},
    {"Mounts", &kMounts},
    {"StopGracePeriod", &kInteger, kPointer},
    {"Healthcheck", &kHealth, kPointer},
    {"Hosts", &kTextList},
    {"DNSConfig", &kAny, kPointer},
    {"Secrets", &kReferences},
    {"Configs", &kReferences},
    {"Isolation", &kText},
    {"Sysctls", &kTextMap},
    {"Capabilities", &kTextList},
    {"CapabilityAdd", &kTextList},
    {"CapabilityDrop", &kTextList},
    {"Ulimits", &kUlimits},
    {"OomScoreAdj", &kInteger},
});
constexpr GoType kContainerSpec = structure(kContainerSpecFields);

constexpr auto kPluginSpecFields = std::to_array<GoMember>({
    {"name", &kText},
    {"remote", &kText},
    {"privileges", &kPrivileges},
    {"disabled", &kBool},
    {"env", &kTextList},
});
constexpr GoType kPluginSpec = structure(kPluginSpecFields);

constexpr Fields<1> kAttachmentFields{{{"ContainerID", &kText}}};
constexpr GoType kAttachment = structure(kAttachmentFields);

constexpr Fields<4> kLimitFields{{{"NanoCPUs", &kInteger},
                                  {"MemoryBytes", &kInteger},
                                  {"Pids", &kInteger},
                                  {"GenericResources", &kAny}}};
constexpr GoType kLimit = structure(kLimitFields);
constexpr Fields<4> kRequirementsFields{{{"Limits", &kLimit, kPointer},
                                         {"Reservations", &kLimit, kPointer},
                                         {"SwapBytes", &kInteger, kPointer},
                                         {"MemorySwappiness", &kInteger, kPointer}}};
constexpr GoType kRequirements = structure(kRequirementsFields);

constexpr Fields<4> kConditionFields{{{"Condition", &kText},
                                      {"Delay", &kInteger, kPointer},
                                      {"MaxAttempts", &kInteger, kPointer},
                                      {"Window", &kInteger, kPointer}}};
constexpr GoType kCondition = structure(kConditionFields);

constexpr Fields<3> kNetworkTargetFields{
    {{"Target", &kText}, {"Aliases", &kTextList}, {"DriverOpts", &kTextMap}}};
constexpr GoType kNetworkTarget = structure(kNetworkTargetFields);
constexpr GoType kNetworkTargets = list_of(kNetworkTarget);

constexpr auto kTaskFields = std::to_array<GoMember>({
    {"ContainerSpec", &kContainerSpec, kPointer},
    {"PluginSpec", &kPluginSpec, kPointer},
    {"NetworkAttachmentSpec", &kAttachment, kPointer},
    {"Resources", &kRequirements, kPointer},
    {"RestartPolicy", &kCondition, kPointer},
    {"Placement", &kAny, kPointer},
    {"Networks", &kNetworkTargets},
    {"LogDriver", &kDriver, kPointer},
    {"ForceUpdate", &kInteger},
    {"Runtime", &kText},
});
constexpr GoType kTask = structure(kTaskFields);

constexpr Fields<5> kServicePortFields{{{"Name", &kText},
                                        {"Protocol", &kText},
                                        {"TargetPort", &kInteger},
                                        {"PublishedPort", &kInteger},
                                        {"PublishMode", &kText}}};
constexpr GoType kServicePort = structure(kServicePortFields);
constexpr GoType kServicePorts = list_of(kServicePort);
constexpr Fields<2> kEndpointSpecFields{{{"Mode", &kText}, {"Ports", &kServicePorts}}};
constexpr GoType kEndpointSpec = structure(kEndpointSpecFields);

constexpr auto kServiceOwnFields = std::to_array<GoMember>({
    {"TaskTemplate", &kTask},
    {"Mode", &kAny},
    {"UpdateConfig", &kAny, kPointer},
    {"RollbackConfig", &kAny, kPointer},
    {"Networks", &kNetworkTargets},
    {"EndpointSpec", &kEndpointSpec, kPointer},
});
constexpr auto kServiceFields = joined(kAnnotationsFields, kServiceOwnFields);
constexpr GoType kService = structure(kServiceFields);

constexpr Fields<2> kNodeOwnFields{{{"Role", &kText}, {"Availability", &kText}}};
constexpr auto kNodeFields = joined(kAnnotationsFields, kNodeOwnFields);
constexpr GoType kNode = structure(kNodeFields);

constexpr Fields<3> kContentOwnFields{
    {{"Data", &kAny}, {"Driver", &kDriver, kPointer}, {"Templating", &kDriver, kPointer}}};
constexpr auto kContentFields = joined(kAnnotationsFields, kContentOwnFields);
constexpr GoType kContent = structure(kContentFields);

constexpr Fields<1> kAutoLockFields{{{"AutoLockManagers", &kBool}}};
constexpr GoType kAutoLock = structure(kAutoLockFields);
constexpr auto kExternalAuthorityFields = std::to_array<GoMember>({
    {"Protocol", &kText},
    {"URL", &kText},
    {"Options", &kTextMap},
    {"CACert", &kText},
});
constexpr GoType kExternalAuthority = structure(kExternalAuthorityFields);
constexpr GoType kExternalAuthorities = list_of(kExternalAuthority);
constexpr auto kAuthorityFields = std::to_array<GoMember>({
    {"NodeCertExpiry", &kInteger},
    {"ExternalCAs", &kExternalAuthorities},
    {"SigningCACert", &kText},
    {"SigningCAKey", &kText},
    {"ForceRotate", &kInteger},
});
constexpr GoType kAuthority = structure(kAuthorityFields);
constexpr auto kSwarmOwnFields = std::to_array<GoMember>({
    {"Orchestration", &kAny},
    {"Raft", &kAny},
    {"Dispatcher", &kAny},
    {"CAConfig", &kAuthority},
    {"TaskDefaults", &kAny},
    {"EncryptionConfig", &kAutoLock},
});
constexpr auto kSwarmFields = joined(kAnnotationsFields, kSwarmOwnFields);
constexpr GoType kSwarm = structure(kSwarmFields);
constexpr auto kSwarmInitFields = std::to_array<GoMember>({
    {"ListenAddr", &kText},
    {"AdvertiseAddr", &kText},
    {"DataPathAddr", &kText},
    {"DataPathPort", &kInteger},
    {"ForceNewCluster", &kBool},
    {"Spec", &kSwarm},
    {"AutoLockManagers", &kBool},
    {"Availability", &kText},
    {"DefaultAddrPool", &kTextList},
    {"SubnetSize", &kInteger},
});
constexpr GoType kSwarmInit = structure(kSwarmInitFields);
constexpr auto kSwarmJoinFields = std::to_array<GoMember>({
    {"ListenAddr", &kText},
    {"AdvertiseAddr", &kText},
    {"DataPathAddr", &kText},
    {"RemoteAddrs", &kTextList},
    {"JoinToken", &kText},
    {"Availability", &kText},
});
constexpr GoType kSwarmJoin = structure(kSwarmJoinFields);
constexpr Fields<1> kUnlockFields{{{"UnlockKey", &kText}}};
constexpr GoType kUnlock = structure(kUnlockFields);

struct BodyType {
  std::string_view action;
  const GoType* type;
};

constexpr auto kBodyTypes = std::to_array<BodyType>({
    {"checkpoints.create", &kCheckpoint}, {"containers.create", &kCreate},
    {"containers.update", &kUpdate},      {"containers.exec", &kExec},
    {"containers.commit", &kConfig},      {"volumes.create", &kVolume},
    {"volumes.update", &kVolumeUpdate},   {"networks.create", &kNetwork},
    {"networks.connect", &kConnect},      {"networks.disconnect", &kDisconnect},
    {"plugins.install", &kPrivileges},    {"plugins.upgrade", &kPrivileges},
    {"plugins.set", &kTextList},          {"swarm.init", &kSwarmInit},
    {"swarm.join", &kSwarmJoin},          {"swarm.update", &kSwarm},
    {"swarm.unlock", &kUnlock},           {"services.create", &kService},
    {"services.update", &kService},       {"nodes.update", &kNode},
    {"secrets.create", &kContent},        {"secrets.update", &kContent},
    {"configs.create", &kContent},        {"configs.update", &kContent},
});

} // namespace

const GoType* engine_body_type(std::string_view action) {
  const auto* row = std::ranges::find(kBodyTypes, action, &BodyType::action);
  return row == kBodyTypes.end() ? nullptr : row->type;
}

bool is_host_config_member(std::string_view name) {
  return std::ranges::find(kHostConfigFields, name, &GoMember::name) != kHostConfigFields.end();
}

} // namespace portique::access
