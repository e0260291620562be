#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/byte_reader.h"
#include "portique/base/file.h"
#include "portique/inventory/executable/classifier.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

/// What a program looks like around its version. '|' stands for a zero byte.
struct Row {
  std::string_view id;
  std::string_view file;
  std::string_view content;
  std::string_view package; ///< "" if the file says nothing
};

// Taken from the programs themselves: Debian's, the projects' own builds, and images of Docker Hub.
constexpr Row kRows[] = {
    {"arangodb",
     "arangosh",
     "Buffer.h|ArangoDB |3.11.8 [linux]|, using |",
     "generic/arangodb@3.11.8"},
    {"arangodb", "arangod", "|3.12.0-2 enterprise [linux]|", "generic/arangodb@3.12.0-2"},
    {"auditbeat", "auditbeat", "forcestdinsetupTest 9.4.2%s %w8.0.0", "generic/auditbeat@9.4.2"},
    {"aws-lc", "openssl", "|OpenSSL 1.1.1 (compatible; AWS-LC 1.69.0)|", "generic/aws-lc@1.69.0"},
    {"bash", "bash", "by law.|@(#)Bash version 5.2.15(1) release GNU||", "generic/bash@5.2.15"},
    {"bash", "bash", "Bash version is unknown", ""},
    {"bind", "named", "|libisc-9.18.49-1~deb12u3-Debian.so|libdns-9", "generic/bind@9.18.49"},
    {"bun", "bun", "]\n\nBun v1.3.5\nbun-1.3.5\nJavaScript runtime", "generic/bun@1.3.5"},
    {"busybox", "busybox", "|BusyBox v1.35.0 (Debian 1:1.35.0-4+b1)|", "generic/busybox@1.35.0"},
    {"cabal",
     "cabal",
     "ghc-7.10.2/cabal-install-1.22.6.0-AfxbHivcmw40|",
     "generic/haskell/cabal@1.22.6.0"},
    {"cabal",
     "cabal",
     "UnionFind|Cabal-3.10.3.0-inplace:Distribution|",
     "generic/haskell/cabal@3.10.3.0"},
    {"chrome",
     "chrome",
     "|Pictures|Videos|127.0.6533.119|Default Profile|",
     "generic/chrome@127.0.6533.119"},
    {"chrome",
     "chromium",
     "debounce-timer|156.0.8078.108|chrome||",
     "generic/chrome@156.0.8078.108"},
    {"chromedriver",
     "chromedriver",
     "|156.0.8078.108 (730482a940ce25ae7cf051320dab0123456789ab-refs",
     "generic/chromedriver@156.0.8078.108"},
    {"composer", "composer.phar", "public const VERSION = '2.5.5';", "generic/composer@2.5.5"},
    {"composer", "composer", "'pretty_version' => '2.7.1',", "generic/composer@2.7.1"},
    {"consul",
     "consul",
     "<!-- CONSUL_VERSION: 1.15.2\n -->",
     "golang/github.com/hashicorp/consul@v1.15.2"},
    {"consul",
     "consul",
     "-X github.com/hashicorp/consul/version.GitDescribe=1.12.9\"",
     "golang/github.com/hashicorp/consul@v1.12.9"},
    {"consul", "consul", "|||v1.7.14||||", "golang/github.com/hashicorp/consul@v1.7.14"},
    {"curl", "curl", "application/json|curl/7.88.1|||", "generic/curl@7.88.1"},
    {"curl", "libcurl.so.4.8.0", "/|libcurl/7.88.1|zlib/%s|", "generic/curl@7.88.1"},
    {"dart",
     "dart",
     "Dart,GC\"|3.6.0-216.1.beta (beta) (Wed Sep 4 14:34:46 2024) on \"linux_x64\"|",
     "generic/dart@3.6.0-216.1.beta"},
    {"dart", "dart", "|MathAtan|2.12.4 (stable) (Thu Apr 15", "generic/dart@2.12.4"},
    {"deno",
     "deno",
     "rclts2.9.2denover2.9.2+356c132Deno/2.9.2Deno/2.9.2+356c132",
     "generic/deno@2.9.2"},
    {"deno", "deno", "flag ''\nDeno/1.41.0cli/worker.rsmain_module", "generic/deno@1.41.0"},
    {"deno",
     "deno",
     "standalonedeno-65db94feba9d4d51a09b74629f566dbc90484fbarelease/v1.29.4windows",
     "generic/deno@1.29.4"},
    {"deno",
     "deno",
     ".rsdeno-canary/f4bed1081456089559c82441a13c4fb700840cac1.11.3dlw",
     "generic/deno@1.11.3"},
    {"deno",
     "deno",
     "installed\n1.10.31567c1013cc8ff12cf039137792da66a1d0015b5DENO_UNSTABLE_",
     "generic/deno@1.10.3"},
    {"dnsmasq", "dnsmasq", "/etc/dnsmasq.conf|dnsmasq-2.90|version.bind|", "generic/dnsmasq@2.90"},
    {"elastic-agent",
     "elastic-agent",
     "config/statsenroll: true9.4.2-headeruint16secret",
     "generic/elastic-agent@9.4.2"},
    {"elastic-agent", "elastic-agent", "3:04PM8.11.2:https", "generic/elastic-agent@8.11.2"},
    {"elixir", "elixir", "#!/bin/sh\nset -e\n\nELIXIR_VERSION=1.14.0\n", "generic/elixir@1.14.0"},
    {"elixir", "elixir", "ELIXIR_VERSION=1.12.0-rc.1\n", "generic/elixir@1.12.0-rc.1"},
    {"elixir-application",
     "elixir.app",
     "{application,elixir,\n    [{description,\"elixir\"},\n     {vsn,\"1.14.0\"},",
     "generic/elixir@1.14.0"},
    {"envoy",
     "envoy",
     "ResourceErrors|1.36.4|. This configuration will be removed from Envoy soon.",
     "generic/envoy@1.36.4"},
    {"envoy",
     "envoy",
     "fd: {}|1.22.10|([\\d]+)\\.([\\d]+)\\.([\\d]+)(-(.*))?|",
     "generic/envoy@1.22.10"},
    {"envoy", "envoy", "{}|1.6.0|RELEASE|{}/{}|", "generic/envoy@1.6.0"},
    {"envoy", "envoy", "= {}|1.34.12|envoy_quiche_reloadable_flag_quic|", "generic/envoy@1.34.12"},
    {"erlang",
     "beam.smp",
     "-I/build/reproducible-path/erlang-25.2.3+dfsg/erts/x86_64|",
     "generic/erlang@25.2.3"},
    {"erlang", "erlexec", "|/usr/src/otp_src_25.3.2.6/erts/|", "generic/erlang@25.3.2.6"},
    {"erlang",
     "beam.smp",
     "||26.1.2||||Erlang/OTP 26%s [erts-14.1.1] [source]|",
     "generic/erlang@26.1.2"},
    {"erlang",
     "beam.smp",
     "Erlang/OTP 17%s [erts-6.4.1.6] [hipe]\n|17.5.6.9||||",
     "generic/erlang@17.5.6.9"},
    {"erlang-release", "OTP_VERSION", "25.2.3\n", "generic/erlang@25.2.3"},
    {"exim", "exim4", "<<eximcnumber>>|4.96|<<eximversion>>|version_init", "generic/exim@4.96"},
    {"expat", "libexpat.so.1.8.10", "argument|expat_2.5.0|\\0|", "generic/expat@2.5.0"},
    {"ffmpeg", "ffmpeg", "|%s version 5.1.9-0+deb12u1|%sbuilt with %s", "generic/ffmpeg@5.1.9"},
    {"ffmpeg", "ffmpeg", "|%s version n7.1|%sbuilt", "generic/ffmpeg@7.1"},
    {"ffmpeg-library",
     "libavcodec.so.59.37.100",
     "||FFmpeg version 5.1.9-0+deb12u1||",
     "generic/ffmpeg@5.1.9"},
    {"filebeat",
     "filebeat",
     "exportconfigcreateplugin8.18.4globalclient",
     "generic/filebeat@8.18.4"},
    {"filebeat", "filebeat", "5m.rate8.11.2-9765625", "generic/filebeat@8.11.2"},
    {"firefox",
     "application.ini",
     "[App]\nVendor=Mozilla\nName=Firefox\nVersion=153.7.0\n",
     "generic/firefox@153.7.0"},
    {"fluent-bit", "fluent-bit", "type: |3.0.2|%sFluent Bit v%s%s\n|", "generic/fluent-bit@3.0.2"},
    {"fluent-bit",
     "fluent-bit",
     "???|1.7.0|\x1b[1m|%sFluent Bit v%s%s\n|",
     "generic/fluent-bit@1.7.0"},
    {"gcc",
     "x86_64-linux-gnu-gcc-12",
     " zstd|12.2.0|(Debian 12.2.0-14+deb12u1) |gcc version %s",
     "generic/gcc@12.2.0"},
    {"gcc", "gcc", "||GCC: (GNU) 12.3.0||.shstrtab|", "generic/gcc@12.3.0"},
    {"ghc", "ghc", "|libHSghc-9.0.2-ghc9.0.2.so|libHSterminfo", "generic/haskell/ghc@9.0.2"},
    {"ghc", "ghc-9.6.5", "8.3.0|GHC 9.6.5|||", "generic/haskell/ghc@9.6.5"},
    {"git", "git", "|git/2.39.5|GIT_USER_AGENT||", "generic/git@2.39.5"},
    {"glibc",
     "libc.so.6",
     "GNU C Library (Debian GLIBC 2.36-9+deb12u14) stable release version 2.36.\n",
     "generic/glibc@2.36"},
    {"go-toolchain", "VERSION", "go1.22.3\ntime 2024-05-01T19:49:47Z\n", "golang/toolchain@1.22.3"},
    {"go-toolchain", "VERSION", "go1.19.8", "golang/toolchain@1.19.8"},
    {"go-toolchain", "VERSION", "devel go1.25-d524e1e Sun Feb 16", "golang/toolchain@1.25-d524e1e"},
    {"go-toolchain", "VERSION", "2.4.1\n", ""},
    {"graalvm",
     "java",
     "|openjdk|java|0.0|17.0.3+7-jvmci-22.1-b06|-J-ms8m|",
     "generic/graalvm@17.0.3+7-jvmci-22.1-b06"},
    {"grafana",
     "grafana",
     "||go1.24.6||||||||12.2.0-258092||||",
     "golang/github.com/grafana/grafana@v12.2.0-258092"},
    {"grafana", "grafana", "||release-12.3.1||||", "golang/github.com/grafana/grafana@v12.3.1"},
    {"gzip", "gzip", "%s: not in gzip format\n|bad pack level|1.12|%s %s\n|", "generic/gzip@1.12"},
    {"gzip", "gzip", "BusyBox v1.36.1|1.12|", ""},
    {"haproxy",
     "haproxy",
     "|| version 2.6.12-1+deb12u4, released 2026/10/17||",
     "generic/haproxy@2.6.12"},
    {"haproxy", "haproxy", "HA-Proxy version 1.8.22 2019/10/25|", "generic/haproxy@1.8.22"},
    {"haproxy", "haproxy", "|2.7.3-1065b10|||HAProxy version follows|", "generic/haproxy@2.7.3"},
    {"heartbeat", "heartbeat", "forcestdinsetupTest 9.4.2input", "generic/heartbeat@9.4.2"},
    {"heimdal", "libkrb5.so.26.0.0", "@(#)$Version: Heimdal 7.8.0 by", "generic/heimdal@7.8.0"},
    {"helm", "helm", "clean|||v4.1.4||||", "golang/helm.sh/helm@v4.1.4"},
    {"helm", "helm", "@v3.15.2||P||go1.22.4||", "golang/helm.sh/helm@v3.15.2"},
    {"httpd", "apache2", "|Apache/2.4.71 (Debian)|ap_logio_add_bytes", "generic/httpd@2.4.71"},
    {"ingress-nginx",
     "nginx-ingress-controller",
     "\xe0Lv1.9.6||$a\xcd|",
     "golang/k8s.io/ingress-nginx@v1.9.6"},
    {"istio", "pilot-discovery", "Clean|||1.8.0||||", "golang/istio.io/istio@v1.8.0"},
    {"istio", "pilot-agent", "amd64|||1.26.8||1.26.8||$a", "golang/istio.io/istio@v1.26.8"},
    {"java-release",
     "release",
     "IMPLEMENTOR=\"Debian\"\nJAVA_VERSION=\"17.0.15\"\n",
     "generic/openjdk@17.0.15"},
    {"java-release", "release", "NAME=\"something else\"\n", ""},
    {"jq", "jq", "failed: %s\n|1.7.1|DEBUG:|^|jq: error", "generic/jq@1.7.1"},
    {"julia",
     "libjulia-internal.so.1.12.6",
     "VERSION_INFO|__init__|1.12.6|branch|commit|",
     "generic/julia@1.12.6"},
    {"julia",
     "libjulia-internal.so.1.10.11",
     "||__init__|1.10.11|verify_methods|",
     "generic/julia@1.10.11"},
    {"julia",
     "libjulia-internal.so.1.8",
     "option `%s`|1.8.5|julia version %s\n|",
     "generic/julia@1.8.5"},
    {"keepalived", "keepalived", "|Keepalived v2.2.7 (01/16,2022)||", "generic/keepalived@2.2.7"},
    {"krb5",
     "libkrb5.so.3.3",
     "|KRB5_BRAND: krb5-1.20.1-final 1.20.1 20221111|",
     "generic/krb5@1.20.1"},
    {"libressl", "openssl", "|LibreSSL 3.8.2|", "generic/libressl@3.8.2"},
    {"lighttpd", "lighttpd", "|lighttpd/1.4.69|server|", "generic/lighttpd@1.4.69"},
    {"lua", "lua5.4", "|$LuaVersion: Lua 5.4.4  Copyright (C) 1994-2022", "generic/lua@5.4.4"},
    {"luajit", "luajit-2.1.0-beta3", "|LuaJIT 2.1.0-beta3|", "generic/luajit@2.1.0-beta3"},
    {"mariadb", "mariadbd", "|-0+deb12u1|10.11.19-MariaDB|x86_64|", "generic/mariadb@10.11.19"},
    {"mariadb", "mariadb", "/mariadb-11.8.5-2-redhat-x86_64/rhel-8/bin/", "generic/mariadb@11.8.5"},
    {"memcached", "memcached", "|listen|memcached 1.6.18|udp-port|", "generic/memcached@1.6.18"},
    {"metricbeat", "metricbeat", "forcestdinsetupTest 9.4.2%s %w", "generic/metricbeat@9.4.2"},
    {"mongodb", "mongod", "outputConfig|6.0.27|tcmalloc|mozjs|", "generic/mongodb@6.0.27"},
    {"mongodb", "mongod", "Documents|8.0.17|cppdefines|bytesRead|", "generic/mongodb@8.0.17"},
    {"mosquitto",
     "mosquitto",
     "remapping.|2.0.11|mosquitto version %s",
     "generic/mosquitto@2.0.11"},
    {"musl",
     "ld-musl-x86_64.so.1",
     "musl libc (x86_64)\nVersion %s\n|1.2.3|",
     "generic/musl@1.2.3"},
    {"mysql", "mysqld", "|../../mysql-9.7.0/sql/log.cc|", "generic/mysql@9.7.0"},
    {"mysql", "mysql", "shutdown|8.0.37|||||mysql_real_escape_string|", "generic/mysql@8.0.37"},
    {"mysql-cluster", "ndbd", "/mysql-cluster-gpl-9.7.0/mysql-", "generic/mysql-cluster@9.7.0"},
    {"nghttp2", "nghttpx", "|nghttp2/1.52.0|", "generic/nghttp2@1.52.0"},
    {"nginx", "nginx", "|nginx version: nginx/1.22.1\n|", "generic/nginx@1.22.1"},
    {"nginx", "nginx", "|nginx version: openresty/1.21.4.3|", "generic/nginx@1.21.4"},
    {"node", "node", "/json|node.js/v20.20.2|(delegate_) != nullptr|", "generic/node@20.20.2"},
    {"node", "node", "agent.\n|v4.9.1|moduleLoadList|http_parser|", "generic/node@4.9.1"},
    {"node", "node", "|node v0.10.48|", "generic/node@0.10.48"},
    {"openjdk",
     "java",
     "%s|openjdk|java|0.0|17.0.15+6-Debian-1deb12u1|-J-ms8",
     "generic/openjdk@17.0.15"},
    {"openjdk", "java", "|openjdk|java|1.8|1.8.0_352-b08||", "generic/openjdk@1.8.0_352"},
    {"openjdk", "java", "%s||0.0|||||11.0.22+7|||||||openjdk|java||", "generic/openjdk@11.0.22"},
    {"openldap",
     "ldapsearch",
     "@(#) $OpenLDAP: ldapsearch 2.5.13+dfsg-5 (Feb  8",
     "generic/openldap@2.5.13"},
    {"openssh", "sshd", "verifier|OpenSSH_9.2p1|SSH-%d", "generic/openssh@9.2p1"},
    {"openssl", "openssl", "N/A|OpenSSL 3.0.22 25 Aug 2026|%s (Library", "generic/openssl@3.0.22"},
    {"openssl", "libcrypto.so.1.1", "|OpenSSL 1.1.1w  11 Sep 2023|", "generic/openssl@1.1.1w"},
    {"openvpn", "openvpn", "||OpenVPN 2.6.14 x86_64-pc-linux-gnu [SSL", "generic/openvpn@2.6.14"},
    {"oracle-java", "java", "\x02|java|1.8|1.8.0_451-b10||||", "generic/oracle/jre@1.8.0_451"},
    {"oracle-java", "java", "|19.0.1+10-21|0.0|java|", "generic/oracle/jre@19.0.1"},
    {"packetbeat", "packetbeat", "forcestdinsetupTest 9.4.2input", "generic/packetbeat@9.4.2"},
    {"percona-server",
     "mysql",
     "/BUILD/percona-server-8.0.35-27/percona-",
     "generic/percona-server@8.0.35"},
    {"percona-xtrabackup",
     "xtrabackup",
     "/BUILD/percona-xtrabackup-8.0.35-",
     "generic/percona-xtrabackup@8.0.35"},
    {"percona-xtradb-cluster",
     "mysql",
     "/BUILD/Percona-XtraDB-Cluster-8.0.34/sql",
     "generic/percona-xtradb-cluster@8.0.34"},
    {"perl", "perl", "|PERL_INTERNAL_RAND_SEED|v5.36.0|panic: sysconf: %s|", "generic/perl@5.36.0"},
    {"perl", "perl", "|/usr/local/lib/perl5/5.37.8/x86_64-linux|", "generic/perl@5.37.8"},
    {"pgbouncer", "pgbouncer", "memtotal|PgBouncer 1.18.0|pool_mode|", "generic/pgbouncer@1.18.0"},
    {"php", "php8.2", "|X-Powered-By: PHP/8.2.36|ZEND_MM_MAX_ALLOCS|", "generic/php@8.2.36"},
    {"php", "libphp8.2.so", "|X-Powered-By: PHP/8.2.0RC6|", "generic/php@8.2.0RC6"},
    {"png", "libpng16.so.16.39.0", "\n libpng version 1.6.39\n", "generic/libpng@1.6.39"},
    {"postgresql",
     "postgres",
     "||PostgreSQL 15.1 (Debian 15.1-1.pgdg110+1) on x86_64|",
     "generic/postgresql@15.1"},
    {"postgresql",
     "postgres",
     "in\n?PostgreSQL 9.5alpha1 on x86_64",
     "generic/postgresql@9.5alpha1"},
    {"postgresql-client",
     "psql",
     "|psql (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)|",
     "generic/postgresql@15.20"},
    {"proftpd", "proftpd", "46|ProFTPD Version 1.3.8|LANG|", "generic/proftpd@1.3.8"},
    {"pypy", "libpypy3.9-c.so", "2024, 19:55:16)\n[PyPy 7.3.11 with |", "generic/pypy@7.3.11"},
    {"python", "python3.11", "pymalloc_debug|3.11.2|strict|", "generic/python@3.11.2"},
    {"python", "libpython3.10.so.1.0", "/versions/3.10.13|python3.10||", "generic/python@3.10.13"},
    {"python", "libpython2.7.so.1.0", "/build/Python-2.7.18|./Modules/", "generic/python@2.7.18"},
    {"python", "python3.5", "|3.9.16|3.55|python3.5.7|", ""},
    {"python", "python", "'%s'|3.7.4|%.80s (%.80s) %.80s|", "generic/python@3.7.4"},
    {"qtbase",
     "libQt6Core.so.6.4.2",
     "|Qt 6.4.2 (x86_64-little_endian-lp64 shared",
     "generic/qtbase@6.4.2"},
    {"qtbase",
     "libQtCore.so.4.8.6",
     "This is the QtCore library version 4.8.6\n",
     "generic/qtbase@4.8.6"},
    {"r", "libR.so", "|R version 4.2.2 (2022-10-31)|", "generic/r@4.2.2"},
    {"redis",
     "redis-check-rdb",
     "upstart|err|7.0.15|c11-builtin|shutdown_in_",
     "generic/redis@7.0.15"},
    {"redis",
     "redis-server",
     "||7.0.14buildkitsandbox-1702957741000000000|",
     "generic/redis@7.0.14"},
    {"redis",
     "redis-server",
     "|||4.0.11841ce7054bd9-1542359302000000000|networking.c|",
     "generic/redis@4.0.11"},
    {"redis",
     "redis-server",
     "\xff\xdf"
     "A7.0.151790282056000000000|%llx|",
     "generic/redis@7.0.15"},
    {"redis", "redis-server", "started, Redis version 2.8.23|", "generic/redis@2.8.23"},
    {"rsync", "rsync", "\"%s\": \"%s\"|3.5.0|copyright|url|", "generic/rsync@3.5.0"},
    {"ruby",
     "libruby-3.1.so.3.1.2",
     "||ruby 3.1.2p20 (2022-04-12 revision 4491bb740a)",
     "generic/ruby@3.1.2"},
    {"ruby",
     "ruby",
     "ruby 3.4.0preview1 (2024-05-16 master 9d69619623)",
     "generic/ruby@3.4.0preview1"},
    {"rust",
     "libstd-c6192dd4c4d410ac.so",
     "|clang LLVM (rustc version 1.67.1 (d5a82bbd2 2023-02-07))|",
     "generic/rust@1.67.1"},
    {"rust",
     "libstd-a5a48102fbd58791.so",
     "CAPACITY/usr/src/rustc-1.63.0/library/alloc/",
     "generic/rust@1.63.0"},
    {"rust",
     "libstd-f6f9eec1635e636a.dylib",
     "\xc3\x9c"
     "c 1.50.0 (cb75ad5db 2021-02-10)\x04"
     "core",
     "generic/rust@1.50.0"},
    {"sqlcipher",
     "libsqlcipher.so.0.8.6",
     "fast_kdf_iter|3.4.1|cipher_page_size|",
     "generic/sqlcipher@3.4.1"},
    {"sqlcipher", "sqlcipher", "|community|4.5.5|%s %s|", "generic/sqlcipher@4.5.5"},
    {"sqlite",
     "libsqlite3.so.0.8.6",
     "SQLite format 3|\x03||\x08||3.40.1||",
     "generic/sqlite@3.40.1"},
    {"squid", "squid", "in '|squid/5.7|;\t |HTTP/|", "generic/squid@5.7"},
    {"stack",
     "stack",
     "x86_64-linux-ghc-9.0.2/stack-2.7.5|stack_libexecdir|",
     "generic/haskell/stack@2.7.5"},
    {"sudo", "sudo", "\n|1.9.13p3|Configure options: %s", "generic/sudo@1.9.13p3"},
    {"swipl", "swipl", "/tmp/src/swipl-9.3.8/src|/usr/include|", "generic/swipl@9.3.8"},
    {"tcl", "libtcl8.6.so", "pointerSize|8.6.13|tcl_patchLevel|tcl_version|", "generic/tcl@8.6.13"},
    {"thunderbird",
     "application.ini",
     "[App]\nName=Thunderbird\nVersion=128.5.0esr\n",
     "generic/thunderbird@128.5.0esr"},
    {"tiff", "libtiff.so.6.0.0", "|LIBTIFF, Version 4.5.0\nCopyright", "generic/libtiff@4.5.0"},
    {"tor", "tor", "FD|tor 0.4.9.11|||INTERNAL", "generic/tor@0.4.9.11"},
    {"traefik",
     "traefik",
     "\x5c"
     "3.6.5|||$a|",
     "golang/github.com/traefik/traefik@v3.6.5"},
    {"traefik", "traefik", "|v1.7.34|\xaf|", "golang/github.com/traefik/traefik@v1.7.34"},
    {"unbound", "unbound", "READY=1|unbound 1.17.1|start of service", "generic/unbound@1.17.1"},
    {"util-linux", "getopt", "|util-linux 2.38.1|", "generic/util-linux@2.38.1"},
    {"uwsgi", "uwsgi-core", "|default|2.0.21-debian|listen_queue_errors|", "generic/uwsgi@2.0.21"},
    {"valkey",
     "valkey-server",
     "|valkey9.0.0buildkitsandbox-1764887574000000000||",
     "generic/valkey@9.0.0"},
    {"varnish", "varnishd", "|varnish-7.1.1 revision 7cee1c581bead20e|", "generic/varnish@7.1.1"},
    {"vault", "vault", "%s:revoke1.20.2)(nil))(%#v)", "golang/github.com/hashicorp/vault@v1.20.2"},
    {"vault", "vault", "||1.11.6||||", "golang/github.com/hashicorp/vault@v1.11.6"},
    {"vim",
     "vim.basic",
     "-fffile-prefix-map=/build/vim-9.0.1378=. |VIM - Vi IMproved 9.0|",
     "generic/vim@9.0.1378"},
    {"vsftpd", "vsftpd", "argv[0]|vsftpd: version 3.0.3\n|", "generic/vsftpd@3.0.3"},
    {"wp-cli", "wp", "wp-cli/wp-cli 2.9.0\n", "generic/wp-cli@2.9.0"},
    {"xz", "xz", "|xz (XZ Utils) 5.4.1|liblzma %s\n|", "generic/xz@5.4.1"},
    {"zlib",
     "libz.so.1.2.13",
     " deflate 1.2.13 Copyright 1995-2022 Jean-loup",
     "generic/zlib@1.2.13"},
    {"zsh", "zsh", "|zsh-5.9-0-g73d3173|", "generic/zsh@5.9"},
    {"zstd", "zstd", "Enabled|v1.5.4|Zstandard CLI|Yann Collet|", "generic/zstd@1.5.4"},
};

std::string with_zeros(std::string_view text) {
  std::string bytes(text);
  std::ranges::replace(bytes, '|', '\0');
  return bytes;
}

std::vector<std::string> found_in(std::string_view path, std::string_view content) {
  std::vector<std::string> out;
  for (const auto table : {program_classifiers(), text_classifiers()}) {
    const auto packages = classify({path, base::as_bytes(content)}, table);
    EXPECT_TRUE(packages);
    if (!packages) continue;
    for (const model::Package& p : *packages)
      out.push_back(p.type + '/' + (p.ns.empty() ? "" : p.ns + '/') + p.name + '@' + p.version);
  }
  return out;
}

std::vector<const Classifier*> all_classifiers() {
  std::vector<const Classifier*> all;
  for (const auto table : {program_classifiers(), text_classifiers()})
    for (const Classifier& classifier : table)
      all.push_back(&classifier);
  return all;
}

TEST(Classifiers, ReadTheVersionFromTheFileItself) {
  for (const Row& row : kRows) {
    const auto found = found_in("opt/app/bin/" + std::string(row.file), with_zeros(row.content));
    if (row.package.empty())
      EXPECT_THAT(found, IsEmpty()) << row.id;
    else
      EXPECT_THAT(found, testing::Contains(std::string(row.package))) << row.id << ' ' << row.file;
  }
}

TEST(Classifiers, SayNothingOfOtherNamesAndOfOtherContents) {
  for (const Row& row : kRows) {
    EXPECT_THAT(found_in("usr/bin/another", with_zeros(row.content)), IsEmpty()) << row.id;
    EXPECT_THAT(found_in("usr/bin/" + std::string(row.file), "#!/bin/sh\nexec real \"$@\"\n"),
                IsEmpty())
        << row.id;
  }
}

TEST(Classifiers, AreAllShownToWork) {
  std::set<std::string_view> shown;
  for (const Row& row : kRows)
    if (!row.package.empty()) shown.insert(row.id);
  std::set<std::string_view> ids;
  for (const Classifier* classifier : all_classifiers()) {
    EXPECT_TRUE(ids.insert(classifier->id).second) << classifier->id << " stands twice";
    EXPECT_TRUE(shown.contains(classifier->id)) << classifier->id << " needs a row";
    EXPECT_FALSE(classifier->patterns.empty()) << classifier->id;
    for (const std::string_view part : {classifier->files,
                                        classifier->name,
                                        classifier->type,
                                        classifier->cpe_vendor,
                                        classifier->cpe_product})
      EXPECT_FALSE(part.empty()) << classifier->id;
    EXPECT_LE(classifier->proof.size(), 1024U) << classifier->id;
  }
  EXPECT_TRUE(std::ranges::is_sorted(program_classifiers(), {}, &Classifier::id));
  EXPECT_GE(ids.size(), 45U);
}

TEST(Classifiers, StandInTheDocumentation) {
  const std::filesystem::path page =
      std::filesystem::path(PORTIQUE_TESTDATA).parent_path() / "../../../../docs/catalogers.md";
  const std::string text = base::read_file(page, 1U << 20U).value();
  for (const Classifier* classifier : all_classifiers())
    EXPECT_TRUE(text.contains('`' + std::string(classifier->id) + '`')) << classifier->id;
}

TEST(Classifiers, TellApartWhatGoesByOneName) {
  EXPECT_THAT(found_in("usr/bin/java", with_zeros("|openjdk|java|0.0|17.0.15+6-Debian|-J-ms8")),
              ElementsAre("generic/openjdk@17.0.15"));
  EXPECT_THAT(
      found_in("usr/bin/mysql", with_zeros("|10.11.19-MariaDB|x86_64|10.11.19|mysql_native|")),
      ElementsAre("generic/mariadb@10.11.19"));
  EXPECT_THAT(found_in("usr/sbin/mysqld", with_zeros("-cluster-gpl|5.7.33-ndb-7.6.17|x86_64|")),
              ElementsAre("generic/mysql@5.7.33", "generic/mysql-cluster@7.6.17"));
  EXPECT_THAT(
      found_in("usr/bin/openssl", with_zeros("|OpenSSL 1.1.1 (compatible; AWS-LC 1.69.0)|")),
      ElementsAre("generic/aws-lc@1.69.0"));
  EXPECT_THAT(found_in("usr/bin/valkey-server", with_zeros("|7.2.5|c11-builtin|")),
              ElementsAre("generic/valkey@7.2.5"));
}

} // namespace
} // namespace portique::inventory
