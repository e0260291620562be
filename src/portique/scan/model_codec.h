#pragma once

// How the plain types that cross the sandbox's border or enter the cache are coded (base/codec.h).

#include "portique/base/codec.h"
#include "portique/image/image_source.h"
#include "portique/inventory/cataloger.h"
#include "portique/inventory/sbom/sbom_document.h"
#include "portique/model/distro.h"
#include "portique/model/image.h"
#include "portique/model/issue.h"
#include "portique/model/package.h"
#include "portique/scan/content_inspector.h"
#include "portique/scan/layer_evidence.h"

// Beside the types, so that the codec finds the functions by argument-dependent look-up.

namespace portique::model {

template <typename Codec, base::CodedAs<Package> T> void fields(Codec& codec, T& p) {
  codec(p.type, p.ns, p.name, p.version, p.arch, p.epoch, p.source_name, p.source_version);
  codec(p.source_rpm, p.module_label, p.licences, p.maintainer, p.path, p.layer, p.purl);
  codec(p.inner_path);
  codec(p.found_by, p.declared, p.scope, p.dependencies, p.hashes, p.owner, p.removed_in);
}

template <typename Codec, base::CodedAs<Distro> T> void fields(Codec& codec, T& d) {
  codec(d.id, d.id_like, d.version_id, d.codename, d.name, d.pretty_name, d.cpe_name, d.path);
}

template <typename Codec, base::CodedAs<Issue> T> void fields(Codec& codec, T& issue) {
  codec(issue.code, issue.message, issue.path, issue.layer);
}

template <typename Codec, base::CodedAs<Platform> T> void fields(Codec& codec, T& platform) {
  codec(platform.os, platform.architecture, platform.variant);
}

template <typename Codec, base::CodedAs<Layer> T> void fields(Codec& codec, T& layer) {
  codec(layer.digest, layer.diff_id, layer.size, layer.media_type, layer.created_by, layer.created);
}

template <typename Codec, base::CodedAs<BaseHint> T> void fields(Codec& codec, T& hint) {
  codec(hint.name, hint.digest, hint.layers);
}

template <typename Codec, base::CodedAs<ImageLabel> T> void fields(Codec& codec, T& label) {
  codec(label.name, label.value);
}

template <typename Codec, base::CodedAs<ImageConfig> T> void fields(Codec& codec, T& config) {
  codec(config.user, config.env, config.entrypoint, config.command, config.ports, config.volumes);
  codec(config.working_dir, config.stop_signal, config.has_healthcheck, config.labels);
}

template <typename Codec, base::CodedAs<Image> T> void fields(Codec& codec, T& image) {
  codec(image.tags, image.manifest_digest, image.config_digest, image.platform, image.created);
  codec(image.layers, image.history_layers, image.base, image.config);
}

template <typename Codec, base::CodedAs<SbomFinding> T> void fields(Codec& codec, T& finding) {
  codec(finding.id, finding.kind, finding.severity, finding.severity_source, finding.title);
  codec(finding.path, finding.evidence, finding.remedy, finding.package, finding.fingerprint);
  codec(finding.layer);
}

} // namespace portique::model

namespace portique::image {

template <typename Codec, base::CodedAs<StoredLayer> T> void fields(Codec& codec, T& layer) {
  codec(layer.blob, layer.digest, layer.size, layer.foreign);
}

template <typename Codec, base::CodedAs<DescribedImage> T> void fields(Codec& codec, T& described) {
  codec(described.image, described.layers);
}

template <typename Codec, base::CodedAs<Selection> T> void fields(Codec& codec, T& selection) {
  codec(selection.platform, selection.platform_demanded, selection.reference);
}

} // namespace portique::image

namespace portique::inventory {

template <typename Codec, base::CodedAs<LicenceFact> T> void fields(Codec& codec, T& fact) {
  codec(fact.package, fact.licences);
}

template <typename Codec, base::CodedAs<OwnedFiles> T> void fields(Codec& codec, T& owned) {
  codec(owned.package, owned.paths);
}

template <typename Codec, base::CodedAs<Executable> T> void fields(Codec& codec, T& executable) {
  codec(executable.kind, executable.is_library);
}

template <typename Codec, base::CodedAs<Analysis> T> void fields(Codec& codec, T& analysis) {
  codec(analysis.packages, analysis.licences, analysis.distro, analysis.owned);
  codec(analysis.executable, analysis.issues);
}

template <typename Codec, base::CodedAs<SbomDocument> T> void fields(Codec& codec, T& document) {
  codec(document.format, document.subject, document.image, document.analysis);
  codec(document.findings);
}

} // namespace portique::inventory

namespace portique::scan {

template <typename Codec, base::CodedAs<FileEvidence> T> void fields(Codec& codec, T& file) {
  codec(file.path, file.cataloger, file.analysis);
}

template <typename Codec, base::CodedAs<Program> T> void fields(Codec& codec, T& program) {
  codec(program.path, program.executable);
}

template <typename Codec, base::CodedAs<Link> T> void fields(Codec& codec, T& link) {
  codec(link.path, link.target, link.hard);
}

template <typename Codec, base::CodedAs<Checksum> T> void fields(Codec& codec, T& checksum) {
  codec(checksum.high, checksum.low);
}

template <typename Codec, base::CodedAs<FileChecksums> T> void fields(Codec& codec, T& file) {
  codec(file.path, file.size, file.mode, file.md5, file.sha1, file.sha256);
}

template <typename Codec, base::CodedAs<SameFile> T> void fields(Codec& codec, T& same) {
  codec(same.path, same.target);
}

template <typename Codec, base::CodedAs<ExpectedFile> T> void fields(Codec& codec, T& expected) {
  codec(expected.path, expected.kind, expected.checksum);
  codec(expected.size, expected.mode, expected.package);
}

template <typename Codec, base::CodedAs<ExpectedFiles> T> void fields(Codec& codec, T& list) {
  codec(list.path, list.packages, list.entries);
}

template <typename Codec, base::CodedAs<Diversion> T> void fields(Codec& codec, T& diversion) {
  codec(diversion.from, diversion.to, diversion.by);
}

template <typename Codec, base::CodedAs<LayerChecksums> T> void fields(Codec& codec, T& checksums) {
  codec(checksums.files, checksums.same, checksums.lists, checksums.diversions);
}

template <typename Codec, base::CodedAs<LayerEvidence> T> void fields(Codec& codec, T& evidence) {
  codec(evidence.files,
        evidence.programs,
        evidence.links,
        evidence.removed,
        evidence.emptied,
        evidence.issues);
  codec(evidence.entries, evidence.secrets, evidence.malware, evidence.facts);
  codec(evidence.checksums, evidence.paths);
}

template <typename Codec, base::CodedAs<ContentEvidence> T> void fields(Codec& codec, T& evidence) {
  codec(evidence.secrets, evidence.malware, evidence.facts, evidence.checksums);
  codec(evidence.issues);
}

} // namespace portique::scan
