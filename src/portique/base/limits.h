#pragma once

// Every budget for input that a stranger wrote, each with its reason. Exceeding one is
// Code::LimitExceeded, never silence.

#include <cstdint>

namespace portique::base {

struct Limits {
  // --- image metadata -----------------------------------------------------------------------
  /// The OCI distribution specification asks registries to take manifests of 4 MiB.
  std::uint64_t manifest_bytes = 4ULL << 20U;
  /// A config holds the history; 100 layers with long RUN lines stay under 1 MiB.
  std::uint64_t config_bytes = 8ULL << 20U;
  /// overlayfs stops at 128 layers; images squashed together by tools have been seen with more.
  std::uint64_t layers = 1024;

  // --- engines ------------------------------------------------------------------------------
  /// One answer of an engine: the changes of a container with 300,000 of them take some 30 MB.
  std::uint64_t engine_answer_bytes = 64ULL << 20U;
  // --- registries ---------------------------------------------------------------------------
  /// Wall seconds for one image out of a registry: 20 GiB at 2 MB/s take three hours.
  std::uint64_t registry_seconds = 4ULL * 3600;
  /// Docker's config.json and daemon.json, podman's auth.json: a thousand registries take 300 KiB.
  std::uint64_t registry_config_bytes = 4ULL << 20U;
  /// The certificates for one registry: a bundle of every public authority has some 220 KiB.
  std::uint64_t certificate_bytes = 4ULL << 20U;
  /// An answer with a token; those of the large clouds stay under 20 KiB.
  std::uint64_t token_bytes = 256ULL << 10U;
  /// What refers to one image: signatures, SBOMs and VEX documents of every build that was made.
  std::uint64_t referrers = 10'000;
  /// A document attached to an image: the SBOM of a large image has some 100 MB.
  std::uint64_t attachment_bytes = 256ULL << 20U;

  /// etc/passwd and its kin: tens of thousands of accounts.
  std::uint64_t account_file_bytes = 4ULL << 20U;

  // --- layers -------------------------------------------------------------------------------
  /// The largest images in public use (CUDA, models) have layers of some 20 GiB.
  std::uint64_t layer_bytes = 64ULL << 30U;
  /// A 1 GB Debian image has 40,000 entries; a monorepo's node_modules a million.
  std::uint64_t layer_entries = 5'000'000;
  /// Linux PATH_MAX.
  std::uint64_t path_bytes = 4096;
  /// A PAX header or GNU long name: path, link and attributes, SELinux labels among them.
  std::uint64_t tar_header_bytes = 1ULL << 20U;
  /// Files of one layer that catalogers read: a copyright file for each of 50,000 Debian packages.
  std::uint64_t wanted_files = 200'000;
  /// Symbolic links, hard links and whiteouts that are remembered for one layer.
  std::uint64_t links = 1'000'000;
  /// ... and the bytes that their paths may take in memory.
  std::uint64_t link_bytes = 32ULL << 20U;
  /// Deflate cannot pass 1032:1; real layers with sparse files stay under 500:1 ...
  std::uint64_t expansion_ratio = 500;
  /// ... and small ones do not matter.
  std::uint64_t expansion_free_bytes = 2ULL << 30U;

  // --- files that catalogers read -----------------------------------------------------------
  /// dpkg's status of 10,000 packages has 15 MB.
  std::uint64_t text_database_bytes = 64ULL << 20U;
  /// Descriptions of one thing: os-release, a copyright file (the longest of Debian 12 has 2.2 MB).
  std::uint64_t small_text_bytes = 8ULL << 20U;
  /// rpmdb.sqlite of a large RHEL host has some 200 MB.
  std::uint64_t binary_database_bytes = 512ULL << 20U;
  /// Lock files: package-lock.json of the largest monorepos has some 20 MB.
  std::uint64_t lock_file_bytes = 32ULL << 20U;
  /// ... and pnpm-lock.yaml of 20,000 packages 500,000 values.
  std::uint64_t lock_file_values = 1'500'000;
  /// Files of one layer whose checksums are remembered.
  std::uint64_t checksummed_files = 2'000'000;
  /// Packages of one image.
  std::uint64_t packages = 500'000;
  /// Files that one package database says its packages own: a host with all of TeX has 500,000.
  std::uint64_t owned_paths = 4'000'000;
  /// One field of a package record; Description and Depends lists stay under 64 KiB.
  std::uint64_t field_bytes = 1ULL << 20U;
  /// An rpm header: rpm itself takes up to 256 MiB; real ones, file lists included, stay under 8
  /// MiB.
  std::uint64_t rpm_header_bytes = 16ULL << 20U;
  /// Programs and libraries: of the largest (browsers, databases, CUDA) some have 2 GB. Little of
  /// one is read.
  std::uint64_t executable_bytes = 4ULL << 30U;
  /// Sections, segments or load commands of a program; an optimised kernel module has 2,000.
  std::uint64_t binary_sections = 65'536;
  /// ... and the length of their names; C++ symbols get into them only in objects.
  std::uint64_t section_name_bytes = 256;
  /// Go's list of modules; Kubernetes has 300 of them in 30 KB.
  std::uint64_t go_build_info_bytes = 8ULL << 20U;
  /// cargo-auditable's list of crates, which its own reader stops at.
  std::uint64_t cargo_audit_bytes = 8ULL << 20U;

  // --- archives of applications ---------------------------------------------------------------
  /// The largest assemblies (Spark, Hadoop) have some 300 MB.
  std::uint64_t archive_bytes = 512ULL << 20U;
  /// Archives inside archives: a jar in a jar in a war in an ear is 4.
  std::uint64_t archive_depth = 8;
  /// Entries of one archive; assemblies with 200,000 classes have been seen.
  std::uint64_t archive_entries = 500'000;
  /// Central directory of one archive: as many entries with names of 100 bytes.
  std::uint64_t archive_directory_bytes = 64ULL << 20U;
  /// What is unpacked of one archive, those inside it included; most entries are not.
  std::uint64_t archive_unpacked_bytes = 4ULL << 30U;
  /// ... and held in memory at one time: compressed jars inside a war have up to 100 MB.
  std::uint64_t archive_memory_bytes = 192ULL << 20U;

  // --- XML ----------------------------------------------------------------------------------
  /// A CycloneDX document in XML about 20,000 packages has some 40 MB.
  std::uint64_t xml_bytes = 64ULL << 20U;
  /// Tags, opening and closing, and attributes; each takes up to 130 bytes of memory.
  std::uint64_t xml_nodes = 3'000'000;
  /// Project files and SBOMs stay under 20.
  std::uint64_t xml_depth = 128;
  // --- SBOMs --------------------------------------------------------------------------------
  /// SBOMs of 200 MB are seen (every file of a large image listed); they are read in pieces.
  std::uint64_t sbom_bytes = 1ULL << 30U;
  /// One component with all that is nested in it; with every file it holds some 10 MB.
  std::uint64_t sbom_value_bytes = 64ULL << 20U;

  // --- advisories ---------------------------------------------------------------------------
  /// The longest record of the public OSV export has some 6 MB (Linux kernel version lists).
  std::uint64_t advisory_bytes = 32ULL << 20U;
  /// One ecosystem's zip, unpacked.
  std::uint64_t feed_bytes = 16ULL << 30U;

  // --- the user's own files ------------------------------------------------------------------
  /// An ignore file of 10,000 entries with reasons; more is some other file given by mistake.
  std::uint64_t ignore_file_bytes = 1ULL << 20U;

  // --- secrets --------------------------------------------------------------------------------
  /// Rules of the user's own: gitleaks' own set has 200 in 100 KiB.
  std::uint64_t secret_rule_bytes = 4ULL << 20U;
  std::uint64_t secret_rules = 5'000;
  /// Secrets of one file; a dump of a token store has thousands, of which these say enough.
  std::uint64_t secrets_in_file = 200;
  /// ... and of one layer.
  std::uint64_t secrets_in_layer = 20'000;
  /// Bytes of one file that single rules are tried on, over all rules: text that is full of
  /// triggers must not cost more than ten seconds.
  std::uint64_t secret_tried_bytes = 512ULL << 20U;

  // --- TOML -------------------------------------------------------------------------------------
  /// uv.lock of a workspace with 1,000 packages and the hashes of all their wheels has 10 MB ...
  std::uint64_t toml_bytes = 32ULL << 20U;
  /// ... and 200,000 values; each costs some 150 bytes while it is read.
  std::uint64_t toml_values = 1'000'000;
  /// Red Hat's longest VEX documents (a CVE of the kernel, every build listed) have some 20 MB.
  std::uint64_t vex_bytes = 32ULL << 20U;

  // --- YAML -------------------------------------------------------------------------------------
  /// The largest bundles of Kubernetes manifests (an operator's CRDs) have some 4 MB ...
  std::uint64_t yaml_bytes = 8ULL << 20U;
  /// ... 100,000 values, aliases resolved ...
  std::uint64_t yaml_nodes = 500'000;
  /// ... no more text than the file itself has, and little of it comes by aliases ...
  std::uint64_t yaml_text_bytes = 16ULL << 20U;
  /// ... and nest 40 levels deep (schemas of CRDs).
  std::uint64_t yaml_depth = 100;
  /// One file of a large Helm chart, rendered, holds some hundreds.
  std::uint64_t yaml_documents = 10'000;

  // --- policies ---------------------------------------------------------------------------------
  /// Parentheses and macros inside one another; Falco's own rules stay under 20.
  std::uint64_t policy_depth = 128;
  /// Comparisons of one condition, macros resolved; the longest of Falco's rules has some 400.
  std::uint64_t policy_terms = 20'000;
  /// Comparisons of all conditions of one policy: 1,000 rules of the longest kind.
  std::uint64_t policy_total_terms = 500'000;
  /// Text of one condition; Falco's longest has 6 KB.
  std::uint64_t policy_condition_bytes = 256ULL << 10U;
  /// Values of all lists of a policy, lists in lists resolved: 100 lists of 10,000 names.
  std::uint64_t policy_list_values = 1'000'000;
  /// Files that a policy includes, itself counted.
  std::uint64_t policy_files = 64;
  /// One regular expression; RE2's memory for it is bounded by its own 8 MiB.
  std::uint64_t policy_pattern_bytes = 8ULL << 10U;
  // --- configuration files that are checked ---------------------------------------------------
  /// The longest Dockerfiles in public use (generated ones of machine learning images) have 100 KiB
  /// ...
  std::uint64_t dockerfile_bytes = 1ULL << 20U;
  /// ... and some hundred instructions.
  std::uint64_t dockerfile_instructions = 10'000;
  /// Configuration files of one run: the manifests of a large platform's repository.
  std::uint64_t config_files = 20'000;
  std::uint64_t config_files_bytes = 256ULL << 20U;
  /// Findings of one run: beyond that nobody reads them, and each costs a kilobyte.
  std::uint64_t config_findings = 50'000;

  // --- admission reviews ------------------------------------------------------------------------
  /// The API server takes requests of up to 3 MiB; a review of an update holds the object twice.
  std::uint64_t admission_review_bytes = 8ULL << 20U;
  /// The largest pods seen (hundreds of volumes and variables, managedFields) have 20,000 values;
  /// each takes some 200 bytes of memory while it is judged.
  std::uint64_t admission_values = 200'000;
  /// A file of image verdicts: 50,000 images.
  std::uint64_t image_verdict_bytes = 32ULL << 20U;

  // --- the sandboxed child ------------------------------------------------------------------
  /// Address space of the child; it needs some 150 MiB.
  std::uint64_t worker_memory_bytes = 1ULL << 30U;
  /// CPU seconds and wall seconds for one image.
  std::uint64_t worker_seconds = 900;
  /// What the child may send back.
  std::uint64_t worker_answer_bytes = 512ULL << 20U;
};

} // namespace portique::base
