#include "portique/report/cyclonedx_output.h"

#include <fmt/format.h>

#include "portique/report/json_writer.h"
#include "portique/report/xml_writer.h"

namespace portique::report {

namespace {

class JsonOutput : public CycloneDxOutput {
public:
  explicit JsonOutput(Output& out) : json_(out) {}

  void begin_document(std::string_view version, std::string_view serial) override {
    json_.begin_object();
    json_.text("$schema", fmt::format("http://cyclonedx.org/schema/bom-{}.schema.json", version));
    json_.text("bomFormat", "CycloneDX");
    json_.text("specVersion", version);
    if (!serial.empty()) json_.text("serialNumber", serial);
    json_.integer("version", 1);
  }

  void end_document() override {
    json_.end_object();
    json_.finish();
  }

  void begin(std::string_view name) override { json_.begin_object(name); }

  void end() override { json_.end_object(); }

  void begin_list(std::string_view name) override { json_.begin_array(name); }

  void begin_item(std::string_view /*name*/) override { json_.begin_object(); }

  void end_list() override { json_.end_array(); }

  void attribute(std::string_view name, std::string_view value) override {
    json_.text(name, value);
  }

  void content(std::string_view json_name, std::string_view value) override {
    json_.text(json_name, value);
  }

  void text(std::string_view name, std::string_view value) override { json_.text(name, value); }

  void number(std::string_view name, double value) override { json_.number(name, value); }

  void text_item(std::string_view /*name*/, std::string_view value) override {
    json_.element(value);
  }

  void licence(std::string_view kind, std::string_view value, bool acknowledged) override {
    json_.begin_object();
    const bool expression = kind == "expression";
    if (!expression) json_.begin_object("license");
    json_.text(kind, value);
    if (acknowledged) json_.text("acknowledgement", "declared");
    if (!expression) json_.end_object();
    json_.end_object();
  }

  void dependency(std::string_view ref, std::span<const std::string_view> needed) override {
    json_.begin_object();
    json_.text("ref", ref);
    if (!needed.empty()) {
      json_.begin_array("dependsOn");
      for (const std::string_view other : needed)
        json_.element(other);
      json_.end_array();
    }
    json_.end_object();
  }

  void assembly(std::string_view ref) override {
    json_.begin_array("assemblies");
    json_.element(ref);
    json_.end_array();
  }

  void affected(std::string_view ref, std::string_view version, std::string_view status) override {
    json_.begin_object();
    json_.text("ref", ref);
    if (!version.empty()) {
      json_.begin_array("versions");
      json_.begin_object();
      json_.text("version", version);
      json_.text("status", status);
      json_.end_object();
      json_.end_array();
    }
    json_.end_object();
  }

  void response(std::string_view word) override {
    json_.begin_array("response");
    json_.element(word);
    json_.end_array();
  }

private:
  JsonWriter json_;
};

class XmlOutput : public CycloneDxOutput {
public:
  explicit XmlOutput(Output& out) : xml_(out) {}

  void begin_document(std::string_view version, std::string_view serial) override {
    xml_.begin("bom");
    xml_.attribute("xmlns", fmt::format("http://cyclonedx.org/schema/bom/{}", version));
    if (!serial.empty()) xml_.attribute("serialNumber", serial);
    xml_.attribute("version", "1");
  }

  void end_document() override { xml_.end(); }

  void begin(std::string_view name) override { xml_.begin(name); }

  void end() override { xml_.end(); }

  void begin_list(std::string_view name) override { xml_.begin(name); }

  void begin_item(std::string_view name) override { xml_.begin(name); }

  void end_list() override { xml_.end(); }

  void attribute(std::string_view name, std::string_view value) override {
    xml_.attribute(name, value);
  }

  void content(std::string_view /*json_name*/, std::string_view value) override {
    xml_.content(value);
  }

  void text(std::string_view name, std::string_view value) override { xml_.text(name, value); }

  void number(std::string_view name, double value) override {
    xml_.text(name, fmt::format("{}", value));
  }

  void text_item(std::string_view name, std::string_view value) override { xml_.text(name, value); }

  void licence(std::string_view kind, std::string_view value, bool acknowledged) override {
    const bool expression = kind == "expression";
    xml_.begin(expression ? "expression" : "license");
    if (acknowledged) xml_.attribute("acknowledgement", "declared");
    if (expression)
      xml_.content(value);
    else
      xml_.text(kind, value);
    xml_.end();
  }

  void dependency(std::string_view ref, std::span<const std::string_view> needed) override {
    xml_.begin("dependency");
    xml_.attribute("ref", ref);
    for (const std::string_view other : needed) {
      xml_.begin("dependency");
      xml_.attribute("ref", other);
      xml_.end();
    }
    xml_.end();
  }

  void assembly(std::string_view ref) override {
    xml_.begin("assemblies");
    xml_.begin("assembly");
    xml_.attribute("ref", ref);
    xml_.end();
    xml_.end();
  }

  void affected(std::string_view ref, std::string_view version, std::string_view status) override {
    xml_.begin("target");
    xml_.text("ref", ref);
    if (!version.empty()) {
      xml_.begin("versions");
      xml_.begin("version");
      xml_.text("version", version);
      xml_.text("status", status);
      xml_.end();
      xml_.end();
    }
    xml_.end();
  }

  void response(std::string_view word) override {
    xml_.begin("responses");
    xml_.text("response", word);
    xml_.end();
  }

private:
  XmlWriter xml_;
};

} // namespace

std::unique_ptr<CycloneDxOutput> make_cyclonedx_output(CycloneDxForm form, Output& out) {
  if (form == CycloneDxForm::Json) return std::make_unique<JsonOutput>(out);
  return std::make_unique<XmlOutput>(out);
}

} // namespace portique::report
