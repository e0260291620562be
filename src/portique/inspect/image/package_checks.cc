// Packages that help an intruder more than a service. A service is an image that listens or says
// how its health is asked for; an image for building, or a base image, may need all of them.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "portique/base/text.h"
#include "portique/inspect/image/image_checks.h"

namespace portique::inspect {

namespace {

bool is_service(const ImageSubject& subject) {
  const auto& config = subject.image.config;
  return config && (!config->ports.empty() || config->has_healthcheck);
}

template <std::size_t N>
void find_packages(const ImageSubject& subject,
                   const std::array<std::string_view, N>& names,
                   ImageHits& hits) {
  for (const model::Package& package : subject.packages) {
    if (!model::is_os_package(package) || package.removed_in != model::kNoLayer) continue;
    if (std::ranges::find(names, package.name) != names.end())
      hits.add("the package " + base::printable(package.name + " " + package.version) +
                   " is installed",
               package.layer);
  }
}

void sudo(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 4> kNames{"sudo", "sudo-ldap", "doas", "opendoas"};
  find_packages(subject, kNames, hits);
}

void ssh_server(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 5> kNames{
      "openssh-server", "dropbear", "dropbear-bin", "tinyssh", "openssh-server-pam"};
  find_packages(subject, kNames, hits);
}

void plain_text_services(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 9> kNames{"telnetd",
                                                   "telnet-server",
                                                   "inetutils-telnetd",
                                                   "rsh-server",
                                                   "rsh-redone-server",
                                                   "vsftpd",
                                                   "proftpd-basic",
                                                   "tftpd-hpa",
                                                   "nis"};
  find_packages(subject, kNames, hits);
}

void compilers(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 10> kNames{"gcc",
                                                    "g++",
                                                    "clang",
                                                    "golang-go",
                                                    "go",
                                                    "rustc",
                                                    "build-essential",
                                                    "build-base",
                                                    "gcc-c++",
                                                    "make"};
  if (is_service(subject)) find_packages(subject, kNames, hits);
}

void network_tools(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 14> kNames{"nmap",
                                                    "netcat",
                                                    "netcat-openbsd",
                                                    "netcat-traditional",
                                                    "ncat",
                                                    "nmap-ncat",
                                                    "socat",
                                                    "tcpdump",
                                                    "telnet",
                                                    "inetutils-telnet",
                                                    "tshark",
                                                    "hping3",
                                                    "masscan",
                                                    "proxychains"};
  if (is_service(subject)) find_packages(subject, kNames, hits);
}

void debuggers(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 7> kNames{
      "gdb", "strace", "ltrace", "lldb", "bpftrace", "perf", "linux-perf"};
  if (is_service(subject)) find_packages(subject, kNames, hits);
}

constexpr std::array kChecks{
    ImageCheck{"PQ-IM-070", sudo},
    ImageCheck{"PQ-IM-071", ssh_server},
    ImageCheck{"PQ-IM-072", plain_text_services},
    ImageCheck{"PQ-IM-073", compilers},
    ImageCheck{"PQ-IM-074", network_tools},
    ImageCheck{"PQ-IM-075", debuggers},
};

} // namespace

std::span<const ImageCheck> image_package_checks() {
  return kChecks;
}

} // namespace portique::inspect
