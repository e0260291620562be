// Well-known artifacts that are built without Maven, so that their archives hold no coordinates:
// under which group they are published on Maven Central.

#include <algorithm>
#include <array>

#include "portique/base/text.h"
#include "portique/inventory/java/maven_identity.h"

namespace portique::inventory {

namespace {

struct KnownGroup {
  std::string_view artifact; ///< may end with "*"
  std::string_view group;
  int below_major = 0; ///< only versions below this one; 0: all
};

// The first that fits counts, so the longer patterns come first.
constexpr std::array kKnownGroups{
    KnownGroup{"spring-boot*", "org.springframework.boot"},
    KnownGroup{"spring-security*", "org.springframework.security"},
    KnownGroup{"spring-data*", "org.springframework.data"},
    KnownGroup{"spring-cloud*", "org.springframework.cloud"},
    KnownGroup{"spring-integration*", "org.springframework.integration"},
    KnownGroup{"spring-batch*", "org.springframework.batch"},
    KnownGroup{"spring-session*", "org.springframework.session"},
    KnownGroup{"spring-kafka*", "org.springframework.kafka"},
    KnownGroup{"spring-amqp", "org.springframework.amqp"},
    KnownGroup{"spring-rabbit*", "org.springframework.amqp"},
    KnownGroup{"spring-ws*", "org.springframework.ws"},
    KnownGroup{"spring-ldap*", "org.springframework.ldap"},
    KnownGroup{"spring-hateoas", "org.springframework.hateoas"},
    KnownGroup{"spring-graphql", "org.springframework.graphql"},
    KnownGroup{"spring-retry", "org.springframework.retry"},
    KnownGroup{"spring-plugin*", "org.springframework.plugin"},
    KnownGroup{"spring-aop", "org.springframework"},
    KnownGroup{"spring-aspects", "org.springframework"},
    KnownGroup{"spring-beans", "org.springframework"},
    KnownGroup{"spring-context*", "org.springframework"},
    KnownGroup{"spring-core", "org.springframework"},
    KnownGroup{"spring-expression", "org.springframework"},
    KnownGroup{"spring-instrument*", "org.springframework"},
    KnownGroup{"spring-jcl", "org.springframework"},
    KnownGroup{"spring-jdbc", "org.springframework"},
    KnownGroup{"spring-jms", "org.springframework"},
    KnownGroup{"spring-messaging", "org.springframework"},
    KnownGroup{"spring-orm", "org.springframework"},
    KnownGroup{"spring-oxm", "org.springframework"},
    KnownGroup{"spring-r2dbc", "org.springframework"},
    KnownGroup{"spring-test", "org.springframework"},
    KnownGroup{"spring-tx", "org.springframework"},
    KnownGroup{"spring-web*", "org.springframework"},
    KnownGroup{"tomcat-embed*", "org.apache.tomcat.embed"},
    KnownGroup{"tomcat-*", "org.apache.tomcat"},
    KnownGroup{"hibernate-validator*", "org.hibernate", 6},
    KnownGroup{"hibernate-validator*", "org.hibernate.validator"},
    KnownGroup{"hibernate-jpa-*", "org.hibernate.javax.persistence"},
    KnownGroup{"hibernate-commons-annotations", "org.hibernate.common"},
    KnownGroup{"hibernate-*", "org.hibernate", 6},
    KnownGroup{"hibernate-*", "org.hibernate.orm"},
    KnownGroup{"groovy*", "org.codehaus.groovy", 4},
    KnownGroup{"groovy*", "org.apache.groovy"},
    KnownGroup{"kotlin-*", "org.jetbrains.kotlin"},
    KnownGroup{"kotlinx-*", "org.jetbrains.kotlinx"},
    KnownGroup{"okhttp*", "com.squareup.okhttp3"},
    KnownGroup{"okio*", "com.squareup.okio"},
    KnownGroup{"retrofit", "com.squareup.retrofit2"},
    KnownGroup{"lucene-*", "org.apache.lucene"},
    KnownGroup{"solr-*", "org.apache.solr"},
    KnownGroup{"kafka-clients", "org.apache.kafka"},
    KnownGroup{"kafka-streams", "org.apache.kafka"},
    KnownGroup{"kafka_*", "org.apache.kafka"},
    KnownGroup{"elasticsearch", "org.elasticsearch"},
    KnownGroup{"elasticsearch-rest-*", "org.elasticsearch.client"},
    KnownGroup{"micrometer-*", "io.micrometer"},
    KnownGroup{"reactor-netty*", "io.projectreactor.netty"},
    KnownGroup{"reactor-*", "io.projectreactor"},
    KnownGroup{"rxjava", "io.reactivex", 2},
    KnownGroup{"rxjava", "io.reactivex.rxjava2", 3},
    KnownGroup{"rxjava", "io.reactivex.rxjava3"},
    KnownGroup{"grpc-*", "io.grpc"},
    KnownGroup{"bcprov-*", "org.bouncycastle"},
    KnownGroup{"bcpkix-*", "org.bouncycastle"},
    KnownGroup{"bcutil-*", "org.bouncycastle"},
    KnownGroup{"bctls-*", "org.bouncycastle"},
    KnownGroup{"bcpg-*", "org.bouncycastle"},
    KnownGroup{"bcmail-*", "org.bouncycastle"},
    KnownGroup{"bc-fips", "org.bouncycastle"},
    KnownGroup{"mysql-connector-java", "mysql"},
    KnownGroup{"mysql-connector-j", "com.mysql"},
    KnownGroup{"mssql-jdbc", "com.microsoft.sqlserver"},
    KnownGroup{"ojdbc*", "com.oracle.database.jdbc"},
    KnownGroup{"h2", "com.h2database"},
    KnownGroup{"hsqldb", "org.hsqldb"},
    KnownGroup{"xercesImpl", "xerces"},
    KnownGroup{"xalan", "xalan"},
    KnownGroup{"xml-apis", "xml-apis"},
    KnownGroup{"jdom2", "org.jdom"},
    KnownGroup{"dom4j", "dom4j", 2},
    KnownGroup{"dom4j", "org.dom4j"},
    KnownGroup{"jaxen", "jaxen"},
    KnownGroup{"cglib*", "cglib"},
    KnownGroup{"antlr", "antlr"},
    KnownGroup{"ant", "org.apache.ant"},
    KnownGroup{"ant-*", "org.apache.ant"},
    KnownGroup{"junit", "junit"},
    KnownGroup{"junit-jupiter*", "org.junit.jupiter"},
    KnownGroup{"junit-platform-*", "org.junit.platform"},
    KnownGroup{"testng", "org.testng"},
    KnownGroup{"mockito-*", "org.mockito"},
    KnownGroup{"byte-buddy*", "net.bytebuddy"},
    KnownGroup{"lombok", "org.projectlombok"},
    KnownGroup{"jedis", "redis.clients"},
    KnownGroup{"gradle-*", "org.gradle"},
    KnownGroup{"scala-*", "org.scala-lang"},
    KnownGroup{"akka-*", "com.typesafe.akka"},
    KnownGroup{"ehcache", "net.sf.ehcache", 3},
    KnownGroup{"ehcache", "org.ehcache"},
    KnownGroup{"quartz", "org.quartz-scheduler"},
    KnownGroup{"jython*", "org.python"},
    KnownGroup{"jruby*", "org.jruby"},
    KnownGroup{"rhino", "org.mozilla"},
    KnownGroup{"esapi", "org.owasp.esapi"},
    KnownGroup{"commons-beanutils", "commons-beanutils"},
    KnownGroup{"commons-chain", "commons-chain"},
    KnownGroup{"commons-cli", "commons-cli"},
    KnownGroup{"commons-codec", "commons-codec"},
    KnownGroup{"commons-collections", "commons-collections"},
    KnownGroup{"commons-configuration", "commons-configuration"},
    KnownGroup{"commons-daemon", "commons-daemon"},
    KnownGroup{"commons-dbcp", "commons-dbcp"},
    KnownGroup{"commons-digester", "commons-digester"},
    KnownGroup{"commons-discovery", "commons-discovery"},
    KnownGroup{"commons-el", "commons-el"},
    KnownGroup{"commons-fileupload", "commons-fileupload"},
    KnownGroup{"commons-httpclient", "commons-httpclient"},
    KnownGroup{"commons-io", "commons-io"},
    KnownGroup{"commons-jexl", "commons-jexl"},
    KnownGroup{"commons-jxpath", "commons-jxpath"},
    KnownGroup{"commons-lang", "commons-lang"},
    KnownGroup{"commons-launcher", "commons-launcher"},
    KnownGroup{"commons-logging", "commons-logging"},
    KnownGroup{"commons-net", "commons-net"},
    KnownGroup{"commons-pool", "commons-pool"},
    KnownGroup{"commons-validator", "commons-validator"},
    KnownGroup{"commons-*", "org.apache.commons"},
    KnownGroup{"log4j", "log4j"},
    KnownGroup{"log4j-*", "org.apache.logging.log4j"},
    KnownGroup{"guava", "com.google.guava"},
    KnownGroup{"gson", "com.google.code.gson"},
    KnownGroup{"guice", "com.google.inject"},
    KnownGroup{"guice-*", "com.google.inject.extensions"},
    KnownGroup{"jsr305", "com.google.code.findbugs"},
    KnownGroup{"error_prone_*", "com.google.errorprone"},
    KnownGroup{"aopalliance", "aopalliance"},
};

int major_of(std::string_view version) {
  const auto end = std::ranges::find_if_not(version, base::is_digit);
  return base::parse_int<int>({version.begin(), end}).value_or(0);
}

} // namespace

std::string_view known_group(std::string_view artifact, std::string_view version) {
  for (const KnownGroup& known : kKnownGroups) {
    const bool fits =
        known.artifact.ends_with('*')
            ? artifact.starts_with(known.artifact.substr(0, known.artifact.size() - 1))
            : artifact == known.artifact;
    if (fits && (known.below_major == 0 || major_of(version) < known.below_major))
      return known.group;
  }
  return {};
}

} // namespace portique::inventory
