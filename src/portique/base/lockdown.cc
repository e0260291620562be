#include "portique/base/lockdown.h"

// Landlock: https://docs.kernel.org/userspace-api/landlock.html
// seccomp:  https://docs.kernel.org/userspace-api/seccomp_filter.html
//
// The list of system calls holds what reading, decompressing and parsing from descriptors that are
// already open needs, what malloc and the thread library of glibc do on the way, and nothing that
// takes a path or an address. One exception is known: glibc's fstat is newfstatat(fd, "",
// AT_EMPTY_PATH), and a filter cannot look at the path, so that metadata of a path (not its
// content) stays within reach.
//
// Name spaces are left alone: making them costs more than all the rest together, needs rights that
// containers often refuse, and what they would take away (files, sockets, signals) is already gone.

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/landlock.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "portique/base/fd.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::base {

namespace {

/// "nobody" of every Linux system, and the kernel's overflow id.
constexpr uid_t kNobody = 65534;
/// The depth of every parser is bounded; 2 MiB instead of 8 keeps many threads under the limit.
constexpr std::size_t kThreadStackBytes = 2ULL << 20U;

#ifdef NDEBUG
constexpr bool kKeepStandardError = kSanitized;
#else
constexpr bool kKeepStandardError = true;
#endif

/// Bytes of address space in use; 0 if /proc does not say.
std::uint64_t mapped_bytes() {
  const auto text = read_file("/proc/self/statm", 4096);
  if (!text) return 0;
  std::string_view rest = *text;
  const auto pages = parse_int<std::uint64_t>(take_until(rest, ' '));
  return pages.value_or(0) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Result<void> set_limit(__rlimit_resource resource, std::string_view name, std::uint64_t value) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0)
    return fail_errno("cannot read the limit of " + std::string(name), errno);
  limit.rlim_max = std::min<rlim_t>(limit.rlim_max, value);
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(resource, &limit) != 0)
    return fail_errno("cannot limit " + std::string(name), errno);
  return {};
}

/// CPU time: the signal that says why comes at the soft limit, a second before the end.
Result<void> limit_cpu(std::uint64_t seconds) {
  PQ_TRY(set_limit(RLIMIT_CPU, "CPU time", seconds + 1));
  rlimit limit{};
  if (::getrlimit(RLIMIT_CPU, &limit) != 0) return fail_errno("cannot read the CPU limit", errno);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, seconds);
  if (::setrlimit(RLIMIT_CPU, &limit) != 0) return fail_errno("cannot limit CPU time", errno);
  return {};
}

// Debian 12's header knows the first two versions of Landlock's interface; the later ones add to
// the end of the structure and bits to its fields.
struct LandlockRuleset {
  std::uint64_t handled_fs = 0;
  std::uint64_t handled_net = 0; // since version 4
  std::uint64_t scoped = 0;      // since version 6
};

struct LandlockVersion {
  LandlockRuleset ruleset;
  std::size_t bytes = 0;
};

LandlockVersion landlock_version(long version) {
  const auto bits = [](unsigned count) { return (1ULL << count) - 1; };
  LandlockVersion result{{.handled_fs = bits(13)}, sizeof(std::uint64_t)};
  if (version >= 2) result.ruleset.handled_fs = bits(14); // refer: link and rename across folders
  if (version >= 3) result.ruleset.handled_fs = bits(15); // truncate
  if (version >= 5) result.ruleset.handled_fs = bits(16); // ioctl on devices
  if (version >= 4) {
    result.ruleset.handled_net = bits(2); // bind and connect of TCP
    result.bytes = 2 * sizeof(std::uint64_t);
  }
  if (version >= 6) {
    result.ruleset.scoped = bits(2); // abstract Unix sockets, signals
    result.bytes = 3 * sizeof(std::uint64_t);
  }
  return result;
}

/// System calls that are allowed whatever their arguments are.
constexpr std::array kAllowed{
    // open descriptors: layers, the spool, the channel
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(write),
    SCMP_SYS(writev), // messages of glibc before it aborts
    SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev),
    SCMP_SYS(ftruncate),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(close),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    // memory
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    // threads that run already
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), // glibc counts processors before it makes an arena
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    // time and chance
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    // signals that arrive, and the end
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/// A system call that is let through for some arguments only.
struct ConditionalRule {
  int system_call;
  std::uint32_t action;
  scmp_arg_cmp condition;
};

std::vector<ConditionalRule> conditional_rules() {
  const auto masked = [](unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, mask, value};
  };
  const auto equal = [](unsigned argument, std::uint64_t value) {
    return scmp_arg_cmp{argument, SCMP_CMP_EQ, value, 0};
  };
  return {
      {SCMP_SYS(mmap), SCMP_ACT_ALLOW, masked(2, PROT_EXEC, 0)},
      {SCMP_SYS(mprotect), SCMP_ACT_ALLOW, masked(2, PROT_EXEC, 0)},
      // fstat of glibc 2.33 to 2.36
      {SCMP_SYS(newfstatat), SCMP_ACT_ALLOW, masked(3, AT_EMPTY_PATH, AT_EMPTY_PATH)},
      // getrlimit: no new value
      {SCMP_SYS(prlimit64), SCMP_ACT_ALLOW, equal(2, 0)},
      // abort
      {SCMP_SYS(tgkill), SCMP_ACT_ALLOW, equal(0, static_cast<std::uint64_t>(::getpid()))},
      // stdio asks whether it writes to a terminal; the answer is no
      {SCMP_SYS(ioctl), SCMP_ACT_ERRNO(ENOTTY), equal(1, TCGETS)},
  };
}

struct FilterRelease {
  void operator()(void* filter) const { seccomp_release(filter); }
};

using Filter = std::unique_ptr<void, FilterRelease>;

Result<void> check_seccomp(std::string_view what, int result) {
  if (result == 0) return {};
  return fail_errno("cannot " + std::string(what) + " the system-call filter", std::abs(result));
}

Result<Filter> make_filter() {
  Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (!filter) return fail(Code::Io, "cannot make the system-call filter");
  auto* const context = filter.get();
  PQ_TRY(check_seccomp("prepare",
                       seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS)));
  PQ_TRY(check_seccomp("prepare", seccomp_attr_set(context, SCMP_FLTATR_CTL_TSYNC, 1)));
  // A tree of comparisons instead of a chain.
  PQ_TRY(check_seccomp("prepare", seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2)));
  for (const int system_call : kAllowed)
    PQ_TRY(check_seccomp("extend", seccomp_rule_add(context, SCMP_ACT_ALLOW, system_call, 0)));
  for (const auto& rule : conditional_rules())
    PQ_TRY(check_seccomp(
        "extend",
        seccomp_rule_add_array(context, rule.action, rule.system_call, 1, &rule.condition)));
  return filter;
}

/// Every capability out of the bounding and the ambient set. Without CAP_SETPCAP the bounding set
/// stays as it is, which no_new_privs makes harmless.
void drop_capability_sets() {
  for (int capability = 0; capability <= CAP_LAST_CAP; ++capability)
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

} // namespace

Result<void> restrict_descriptors(std::span<const int> keep) {
  std::vector<int> kept(keep.begin(), keep.end());
  std::ranges::sort(kept);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC); // closed with the rest
  if (null < 0) return fail_errno("cannot open /dev/null", errno);
  for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; ++standard) {
    if (standard == null || (standard == STDERR_FILENO && kKeepStandardError)) continue;
    if (::dup2(null, standard) < 0)
      return fail_errno("cannot redirect the standard streams", errno);
  }
  unsigned first = STDERR_FILENO + 1;
  for (const int number : kept) {
    const auto end = static_cast<unsigned>(number);
    if (end > first && ::close_range(first, end - 1, 0) != 0)
      return fail_errno("cannot close descriptors", errno);
    first = std::max(first, end + 1);
  }
  if (::close_range(first, UINT_MAX, 0) != 0) return fail_errno("cannot close descriptors", errno);
  return {};
}

Result<void> drop_privileges() {
  // None of this can fail for a reason that matters: who may not change groups or ids has no right
  // over them to lose, and in a user name space the ids may not exist.
  drop_capability_sets();
  if (::geteuid() == 0) {
    (void)!::setgroups(0, nullptr);
    (void)!::setresgid(kNobody, kNobody, kNobody);
    (void)!::setresuid(kNobody, kNobody, kNobody);
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0)
    return fail_errno("cannot drop capabilities", errno);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return fail_errno("cannot renounce new privileges", errno);
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return fail_errno("cannot forbid dumps of the memory", errno);
  return {};
}

Result<void> limit_resources(const ResourceLimits& limits) {
  PQ_TRY(set_limit(RLIMIT_CORE, "core dumps", 0));
  PQ_TRY(set_limit(RLIMIT_FSIZE, "file size", limits.file_bytes));
  PQ_TRY(set_limit(RLIMIT_NOFILE, "descriptors", limits.descriptors));
  PQ_TRY(limit_cpu(limits.cpu_seconds));
  if constexpr (!kSanitized) {
    // One arena: each other one reserves 64 MiB of address space. No trimming: it opens a file of
    // /proc the first time that an arena of a thread shrinks.
    ::mallopt(M_ARENA_MAX, 1);
    ::mallopt(M_TRIM_THRESHOLD, INT_MAX);
    pthread_attr_t attributes{};
    if (::pthread_getattr_default_np(&attributes) == 0) {
      ::pthread_attr_setstacksize(&attributes, kThreadStackBytes);
      ::pthread_setattr_default_np(&attributes);
      ::pthread_attr_destroy(&attributes);
    }
    PQ_TRY(set_limit(RLIMIT_AS, "memory", mapped_bytes() + limits.memory_bytes));
  }
  return {};
}

Result<Applied> restrict_files() {
  const long version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return Applied::Unavailable;
  const LandlockVersion known = landlock_version(version);
  const Fd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &known.ruleset, known.bytes, 0)));
  if (!ruleset.valid()) return fail_errno("cannot make a Landlock ruleset", errno);
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0)
    return fail_errno("cannot apply the Landlock ruleset", errno);
  return Applied::Yes;
}

Result<Applied> restrict_system_calls() {
  PQ_TRY(set_limit(RLIMIT_NPROC, "processes", 0));
  if constexpr (kSanitized) return Applied::Unavailable;
  if (::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) return Applied::Unavailable;
  const Filter filter = PQ_TRY(make_filter());
  PQ_TRY(check_seccomp("load", seccomp_load(filter.get())));
  return Applied::Yes;
}

} // namespace portique::base
