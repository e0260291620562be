#pragma once

// Where servers, tools and libraries carry their version. Each row was taken from real files;
// classifier_test.cc holds what they look like.

#include <array>

#include "portique/inventory/executable/version_search.h"

namespace portique::inventory::patterns {

inline constexpr std::array kRedis{
    VersionPattern{"c11-builtin", R"(\x00(\d+\.\d+\.\d+)\x00c11-builtin\x00)"},
    VersionPattern{"atomic-builtin", R"(\x00(\d+\.\d+\.\d+)\x00atomic-builtin\x00)"},
    VersionPattern{"buildkitsandbox-", R"((\d+\.\d+\.\d+)buildkitsandbox-\d)"},
    // the name of a container, twelve hexadecimal digits, and nanoseconds since 1970
    VersionPattern{"000000000", R"([^\d.](\d+\.\d+\.\d+)[0-9a-f]{12}-1\d{18}\x00)"},
    VersionPattern{"000000000", R"([^\d.](\d+\.\d+\.\d{1,3})1\d{18}\x00)"},
    VersionPattern{"Redis version ", R"(Redis version (\d+\.\d+\.\d+))"},
};
inline constexpr std::array kMemcached{
    VersionPattern{"memcached ", R"(\x00memcached (\d+\.\d+\.\d+)\x00)"},
};
inline constexpr std::array kNginx{
    // The number before a fork's own fourth one is nginx's.
    VersionPattern{"nginx version: ", R"(nginx version: [^/\x00]{1,40}/(\d+\.\d+\.\d+))"},
};
inline constexpr std::array kHttpd{
    VersionPattern{"Apache/", R"(Apache/(\d+\.\d+\.\d+))"},
};
inline constexpr std::array kHaproxy{
    VersionPattern{", released 20",
                   R"( version (\d+\.\d+(?:\.|-dev|-rc)\d+)[^,\x00]{0,60}, released 20)"},
    VersionPattern{"HA-Proxy version ", R"(HA-Proxy version (\d+\.\d+(?:\.|-dev|-rc)\d+))"},
    VersionPattern{"HAProxy version ",
                   R"(\x00(\d+\.\d+(?:\.|-dev|-rc)\d+)[^\x00]{0,60}\x00+HAProxy version )"},
};
inline constexpr std::array kPostgresql{
    VersionPattern{"PostgreSQL ",
                   R"([\x00?]PostgreSQL (\d+(?:\.\d+){0,2}(?:(?:alpha|beta|rc)\d+)?)[ ,\x00])"},
};
inline constexpr std::array kPostgresqlClient{
    VersionPattern{"(PostgreSQL) ",
                   R"(\(PostgreSQL\) (\d+(?:\.\d+){0,2}(?:(?:alpha|beta|rc)\d+)?)[ ,\n\x00])"},
};
inline constexpr std::array kMariadb{
    VersionPattern{"-MariaDB", R"((\d+\.\d+\.\d+)-MariaDB)"},
    VersionPattern{"MariaDB ", R"(\x00MariaDB (\d+\.\d+\.\d+)\x00)"},
    VersionPattern{"mariadb-", R"([/\x00]mariadb-(\d+\.\d+\.\d+)-)"},
};
inline constexpr std::array kMysql{
    VersionPattern{"/mysql-", R"(/mysql-(\d+\.\d+\.\d+(?:-rc)?)/)"},
    VersionPattern{"mysql_real_escape", R"(\x00(\d+\.\d+\.\d+)\x00+mysql_real_escape)"},
    VersionPattern{"-cluster-gpl", R"(-cluster-gpl\x00(\d+\.\d+\.\d+)-ndb-)"},
};
inline constexpr std::array kMysqlCluster{
    VersionPattern{"-cluster-gpl", R"(-cluster-gpl\x00\d+\.\d+\.\d+-ndb-(\d+\.\d+\.\d+))"},
    VersionPattern{"/mysql-cluster-gpl-", R"(/mysql-cluster-gpl-(\d+\.\d+\.\d+)/)"},
};
inline constexpr std::array kPerconaServer{
    VersionPattern{"/percona-server-", R"(/percona-server-(\d+\.\d+\.\d+))"},
};
inline constexpr std::array kPerconaCluster{
    VersionPattern{"/Percona-XtraDB-Cluster-", R"(/Percona-XtraDB-Cluster-(\d+\.\d+\.\d+))"},
};
inline constexpr std::array kXtrabackup{
    VersionPattern{"/percona-xtrabackup-", R"(/percona-xtrabackup-(\d+\.\d+\.\d+)-)"},
    VersionPattern{"/percona-xtrabackup-", R"(/percona-xtrabackup-(\d+\.\d+\.\d+))"},
};
inline constexpr std::array kMongodb{
    VersionPattern{"tcmalloc", R"(\x00(\d+\.\d+\.\d+)\x00tcmalloc\x00)"},
    VersionPattern{"heap_size", R"(\x00(\d+\.\d+\.\d+)\x00+heap_size\x00)"},
    VersionPattern{"cppdefines", R"(\x00(\d+\.\d+\.\d+)\x00+cppdefines\x00)"},
};
inline constexpr std::array kArangodb{
    VersionPattern{"[linux]", R"(\x00(\d+\.\d+\.\d+(?:-\d+)?) (?:enterprise )?\[linux\])"},
};
inline constexpr std::array kSqlite{
    VersionPattern{"3.", R"(\x00(3\.\d+\.\d+(?:\.\d+)?)\x00)"},
};
inline constexpr std::array kSqlcipher{
    VersionPattern{"community", R"(\x00community\x00(\d+\.\d+\.\d+)\x00)"},
    VersionPattern{"cipher_page_size", R"(\x00(\d+\.\d+\.\d+)\x00cipher_page_size\x00)"},
};
inline constexpr std::array kEnvoy{
    VersionPattern{"([\\d]+)\\.", R"(\x00(1\.\d+\.\d+(?:-dev)?)\x00\(\[\\d\]\+\)\\\.)"},
    VersionPattern{
        ". This configuration will be removed from Envoy",
        R"(\x00(1\.\d+\.\d+(?:-dev)?)\x00\. This configuration will be removed from Envoy)"},
    VersionPattern{"RELEASE", R"(\x00(1\.\d+\.\d+(?:-dev)?)\x00RELEASE\x00)"},
    VersionPattern{"envoy", R"(\x00(1\.\d\d\.\d+(?:-dev)?)\x00envoy[_/.:])"},
    VersionPattern{"source/common/", R"(\x00(1\.\d\d\.\d+(?:-dev)?)\x00source/common/)"},
    VersionPattern{"Extract called on empty buffer",
                   R"(\x00(1\.\d\d\.\d+(?:-dev)?)\x00Extract called on empty buffer)"},
    VersionPattern{"Unable to convert YAML",
                   R"(\x00(1\.\d\d\.\d+(?:-dev)?)\x00Unable to convert YAML)"},
    VersionPattern{"external/com_github", R"(\x00(1\.\d\d\.\d+(?:-dev)?)\x00external/com_github)"},
    VersionPattern{"TLS client", R"(\x00(1\.\d\d\.\d+(?:-dev)?)\x00TLS client )"},
    VersionPattern{"No recorded values", R"(\x00(1\.\d\d\.\d+(?:-dev)?)\x00No recorded values)"},
    VersionPattern{"cannot assign multiple anchors",
                   R"(\x00(1\.\d\d\.\d+(?:-dev)?)\x00cannot assign multiple anchors)"},
    VersionPattern{"RAWRR", R"(\x00(1\.\d\d\.\d+(?:-dev)?)\x00RAWRR\x00)"},
    VersionPattern{"enable read, fd", R"(\x00(1\.\d\d\.\d+(?:-dev)?)\x00enable read, fd)"},
};
inline constexpr std::array kFluentBit{
    VersionPattern{"Fluent Bit v%s",
                   R"(\x00(\d+\.\d+\.\d+)\x00{1,8}(?:\x1b\[1m\x00)?(?:%s)?Fluent Bit v%s)"},
};
inline constexpr std::array kLighttpd{
    VersionPattern{"lighttpd/", R"(\x00lighttpd/(\d+\.\d+\.\d+)[\x00 ])"},
};
inline constexpr std::array kProftpd{
    VersionPattern{"ProFTPD Version ",
                   R"(\x00ProFTPD Version (\d+\.\d+\.\d+(?:rc\d+|[a-z])?)\x00)"},
};
inline constexpr std::array kVsftpd{
    VersionPattern{"vsftpd: version ", R"(vsftpd: version (\d+\.\d+\.\d+))"},
};
inline constexpr std::array kOpenldap{
    VersionPattern{"$OpenLDAP: ", R"(\$OpenLDAP: \w+ (\d+\.\d+\.\d+))"},
};
inline constexpr std::array kDnsmasq{
    VersionPattern{"dnsmasq-", R"(\x00dnsmasq-(\d+\.\d+(?:rc\d+)?)\x00)"},
};
inline constexpr std::array kUnbound{
    VersionPattern{"unbound ", R"(\x00unbound (\d+\.\d+\.\d+)\x00)"},
};
inline constexpr std::array kSquid{
    VersionPattern{"squid/", R"(\x00squid/(\d+\.\d+(?:\.\d+)?)\x00)"},
};
inline constexpr std::array kVarnish{
    VersionPattern{"varnish-", R"([(\x00]varnish-(\d+\.\d+\.\d+) revision )"},
};
inline constexpr std::array kBind{
    VersionPattern{"libisc-", R"(\x00libisc-(9\.\d+\.\d+)[^\x00]*\.so\x00)"},
    VersionPattern{"BIND 9", R"(BIND (9\.\d+\.\d+))"},
};
inline constexpr std::array kExim{
    VersionPattern{"<<eximversion>>", R"(\x00(\d+\.\d+(?:\.\d+)?)\x00<<eximversion>>)"},
};
inline constexpr std::array kOpenssh{
    VersionPattern{"OpenSSH_", R"(\x00OpenSSH_(\d+\.\d+(?:\.\d+)?p\d+))"},
};
inline constexpr std::array kSudo{
    VersionPattern{"Configure options: %s",
                   R"(\x00(\d+\.\d+\.\d+(?:p\d+)?)\x00Configure options: %s)"},
};
inline constexpr std::array kTor{
    VersionPattern{"tor 0.", R"(\x00tor (0\.\d+\.\d+\.\d+(?:-\w+)?)\x00)"},
};
inline constexpr std::array kOpenvpn{
    VersionPattern{"OpenVPN ", R"(\x00OpenVPN (\d+\.\d+(?:\.\d+|_\w+)) )"},
};
inline constexpr std::array kMosquitto{
    VersionPattern{"mosquitto version %s", R"(\x00(\d+\.\d+\.\d+)\x00mosquitto version %s)"},
};
inline constexpr std::array kPgbouncer{
    VersionPattern{"PgBouncer ", R"(PgBouncer (\d+\.\d+\.\d+))"},
};
inline constexpr std::array kKeepalived{
    VersionPattern{"Keepalived v", R"(\x00Keepalived v(\d+\.\d+\.\d+))"},
};
inline constexpr std::array kUwsgi{
    VersionPattern{"listen_queue", R"(\x00(\d+\.\d+\.\d+)(?:-\w+)?\x00listen_queue)"},
};
inline constexpr std::array kOpenssl{
    VersionPattern{
        "OpenSSL ",
        R"(\x00OpenSSL (\d+\.\d+\.\d+(?:[a-z]{1,2}|-(?:alpha|beta|pre)\d+)?)(?:-fips)?  ?\d{1,2} [A-Z][a-z]{2} \d{4})"},
    VersionPattern{"OpenSSL ",
                   R"(\x00OpenSSL (\d+\.\d+\.\d+(?:[a-z]{1,2}|-(?:alpha|beta|pre)\d+)?)\x00)"},
};
inline constexpr std::array kAwsLc{
    VersionPattern{"AWS-LC ", R"(AWS-LC (\d+\.\d+\.\d+)\))"},
};
inline constexpr std::array kLibressl{
    VersionPattern{"LibreSSL ", R"(\x00LibreSSL (\d+\.\d+\.\d+))"},
};
inline constexpr std::array kCurl{
    VersionPattern{"curl/", R"(\x00(?:lib)?curl/(\d+\.\d+\.\d+))"},
    VersionPattern{"curl/", R"(curl/(\d+\.\d+\.\d+))"},
};
inline constexpr std::array kGit{
    VersionPattern{"git/", R"(git/(\d+\.\d+\.\d+)[.\w]*\x00)"},
};
inline constexpr std::array kJq{
    VersionPattern{"DEBUG:", R"(\x00(?:jq-)?(\d+\.\d+(?:\.\d+)?(?:rc\d+)?)\x00DEBUG:)"},
};
inline constexpr std::array kXz{
    VersionPattern{"xz (XZ Utils) ", R"(\x00xz \(XZ Utils\) (\d+\.\d+\.\d+(?:alpha|beta)?))"},
};
inline constexpr std::array kZstd{
    VersionPattern{"v1.", R"(\x00v(1\.\d+\.\d+)\x00)"},
};
inline constexpr std::array kGzip{
    VersionPattern{"1.", R"(\x00(1\.\d+(?:\.\d+)?)\x00)"},
};
inline constexpr std::array kUtilLinux{
    VersionPattern{"util-linux ", R"(\x00util-linux (\d+\.\d+(?:\.\d+)?)\x00)"},
};
inline constexpr std::array kVim{
    VersionPattern{"VIM - Vi IMproved ", R"(/vim-(\d+\.\d+\.\d+)[=/])"},
    VersionPattern{"VIM - Vi IMproved ", R"(VIM - Vi IMproved (\d+\.\d+))"},
};
inline constexpr std::array kRsync{
    VersionPattern{"copyright", R"(\x00(\d+\.\d+\.\d+(?:pre\d+)?)\x00copyright\x00)"},
};
inline constexpr std::array kFfmpeg{
    VersionPattern{"%s version ", R"(%s version n?(\d+\.\d+(?:\.\d+)?))"},
};
inline constexpr std::array kFfmpegLibrary{
    VersionPattern{"FFmpeg version ", R"(FFmpeg version n?(\d+\.\d+(?:\.\d+)?))"},
};
inline constexpr std::array kChrome{
    VersionPattern{"Default", R"(\x00(\d+\.\d+\.\d+\.\d+)\x00Default)"},
    VersionPattern{"chrome", R"(\x00(\d{2,3}\.0\.\d{4,5}\.\d+)\x00chrome\x00)"},
};
inline constexpr std::array kChromedriver{
    VersionPattern{" (", R"(\x00(\d{2,3}\.0\.\d{4,5}\.\d+) \([0-9a-f]{40})"},
};
inline constexpr std::array kFirefox{
    VersionPattern{"Name=Firefox", R"((?m)^Version=(\d+(?:\.\d+)+\w*)\r?$)"},
};
inline constexpr std::array kThunderbird{
    VersionPattern{"Name=Thunderbird", R"((?m)^Version=(\d+(?:\.\d+)+\w*)\r?$)"},
};
inline constexpr std::array kQt{
    VersionPattern{"Qt ", R"(\x00Qt (\d+\.\d+\.\d+) \()"},
    VersionPattern{"QtCore library version ", R"(QtCore library version (?:Qt )?(\d+\.\d+\.\d+))"},
};
inline constexpr std::array kKrb5{
    VersionPattern{"KRB5_BRAND: ", R"(KRB5_BRAND: krb5-\S+ (\d+(?:\.\d+){1,2})\s)"},
};
inline constexpr std::array kHeimdal{
    VersionPattern{"$Version: Heimdal ", R"(\$Version: Heimdal (\d+(?:\.\d+){1,2})\s)"},
};
inline constexpr std::array kZlib{
    VersionPattern{"deflate ",
                   R"( (?:deflate|inflate) (\d+\.\d+(?:\.\d+){0,2})(?:\.zlib-ng)? Copyright)"},
};
inline constexpr std::array kExpat{
    VersionPattern{"expat_", R"(\x00expat_(\d+\.\d+\.\d+)\x00)"},
};
inline constexpr std::array kGlibc{
    VersionPattern{"GNU C Library ", R"(GNU C Library [^\n]{0,80}version (\d+\.\d+)\.)"},
};
inline constexpr std::array kMusl{
    VersionPattern{"1.", R"(\x00(1\.\d+\.\d+)\x00)"},
};
inline constexpr std::array kPng{
    VersionPattern{"libpng version ", R"(libpng version (\d+\.\d+\.\d+))"},
};
inline constexpr std::array kTiff{
    VersionPattern{"LIBTIFF, Version ", R"(LIBTIFF, Version (\d+\.\d+\.\d+))"},
};
inline constexpr std::array kNghttp2{
    VersionPattern{"nghttp2/", R"(nghttp2/(\d+\.\d+\.\d+))"},
};

// --- written in Go, for builds whose module has no version ----------------------------------

/// What "-X" wrote: a string of its own, ended by NUL, which Go's literals are not.
inline constexpr std::array kGoString{
    VersionPattern{
        "",
        R"([^\w./+-](?:release-)?(v?\d+\.\d+\.\d+(?:-(?:alpha|beta|rc|dev|preview|test)[.\d]*|-\d{6,}|\+security-\d+)?)\x00)"},
};
/// ... with the last byte of a constant before it, which happens to be a letter.
inline constexpr std::array kIngressNginx{
    VersionPattern{"", R"([^\w./+-]L?(v?\d+\.\d+\.\d+(?:-(?:alpha|beta)\.\d+)?)\x00)"},
};
inline constexpr std::array kConsul{
    VersionPattern{"CONSUL_VERSION: ", R"(CONSUL_VERSION: (\d+\.\d+\.\d+))"},
    VersionPattern{"GitDescribe=", R"(GitDescribe=v?(\d+\.\d+\.\d+))"},
    VersionPattern{"", R"(\x00v(\d+\.\d+\.\d+)\x00)"},
};
inline constexpr std::array kVault{
    VersionPattern{":revoke1.", R"(:revoke(1\.\d+\.\d+(?:-rc\d)?)\)\()"},
    VersionPattern{"index_state1.", R"(index_state(1\.\d+\.\d+-rc\d+)\s)"},
    VersionPattern{"0.0.0.00x%016x1.", R"(0\.0\.0\.00x%016x(1\.\d\d\.\d{1,2}))"},
    VersionPattern{"", R"(\x00(1\.\d{1,2}\.\d+(?:-rc\d+)?)\x00)"},
};
inline constexpr std::array kBeats{
    VersionPattern{"setupTest ", R"(setupTest (\d+\.\d+\.\d+)(?:%s|input))"},
    VersionPattern{"createplugin", R"(createplugin(?:output)?(\d+\.\d+\.\d+)-?global)"},
    VersionPattern{"5m.rate", R"(5m\.rate(\d+\.\d+\.\d+)-)"},
};
inline constexpr std::array kElasticAgent{
    VersionPattern{"headeruint16", R"(enroll(?:: true)?(\d+\.\d+\.\d+)-?headeruint16)"},
    VersionPattern{"3:04PM", R"(3:04PM(\d+\.\d+\.\d+):https)"},
};
inline constexpr std::array kIstio{
    VersionPattern{"Clean", R"(Clean\x00+(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?)\x00)"},
    VersionPattern{"Modified", R"(Modified\x00+(\d+\.\d+(?:\.\d+)?-dev)\x00)"},
    VersionPattern{"",
                   R"([^\w./+-]\d+\.\d+\.\d+\x00+(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?)\x00)"},
    VersionPattern{"", R"([^\w./+-](\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?)\x00)"},
};

} // namespace portique::inventory::patterns
