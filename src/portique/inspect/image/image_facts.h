#pragma once

// What the files of an image tell of how it was made, whatever package they are of. Collected while
// the layers are read; image_checks.h judges it.

#include <cstdint>
#include <string>
#include <vector>

#include "portique/base/codec.h"
#include "portique/model/package.h"

namespace portique::inspect {

/// A file whose mode, owner or place says something.
struct FileFact {
  std::string path;
  std::uint32_t mode = 0; ///< permission bits, setuid, setgid and sticky among them
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t layer = model::kNoLayer;
  bool owned = false; ///< a package of the distribution brought it

  friend bool operator==(const FileFact&, const FileFact&) = default;
};

/// One line of etc/passwd or etc/group.
struct Account {
  std::string name;
  std::uint32_t id = 0;

  friend bool operator==(const Account&, const Account&) = default;
};

struct Accounts {
  std::vector<Account> users;
  std::vector<Account> groups;
  std::vector<std::string> without_password; ///< who may log in with none
  std::int32_t layer = model::kNoLayer;      ///< that wrote the newest of these files

  friend bool operator==(const Accounts&, const Accounts&) = default;
};

/// What a package manager or a tool left behind.
struct LeftOver {
  std::string tool;   ///< "apt", "apk", "dnf", "pip", "npm", ...
  std::string folder; ///< "var/lib/apt/lists"
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::int32_t layer = model::kNoLayer; ///< the lowest that has some of it

  friend bool operator==(const LeftOver&, const LeftOver&) = default;
};

/// How far an ELF program or library is hardened.
struct Hardening {
  std::string path;
  std::int32_t layer = model::kNoLayer;
  bool owned = false;   ///< a package of the distribution brought it
  bool program = false; ///< and not a library
  bool pie = false;
  bool relro = false;
  bool stack_protector = false;
  bool executable_stack = false;
  bool go = false; ///< Go checks its stacks by itself

  friend bool operator==(const Hardening&, const Hardening&) = default;
};

struct ImageFacts {
  std::vector<FileFact> privileged;     ///< setuid or setgid, executable
  std::vector<FileFact> world_writable; ///< regular files
  std::vector<FileFact> stray; ///< what has no business in an image: .git, .env, keys' folders
  Accounts accounts;
  std::vector<LeftOver> left_overs;
  std::vector<Hardening> programs;

  friend bool operator==(const ImageFacts&, const ImageFacts&) = default;
};

template <typename Codec, base::CodedAs<FileFact> T> void fields(Codec& codec, T& file) {
  codec(file.path, file.mode, file.uid, file.gid, file.layer, file.owned);
}

template <typename Codec, base::CodedAs<Account> T> void fields(Codec& codec, T& account) {
  codec(account.name, account.id);
}

template <typename Codec, base::CodedAs<Accounts> T> void fields(Codec& codec, T& accounts) {
  codec(accounts.users, accounts.groups, accounts.without_password, accounts.layer);
}

template <typename Codec, base::CodedAs<LeftOver> T> void fields(Codec& codec, T& left) {
  codec(left.tool, left.folder, left.files, left.bytes, left.layer);
}

template <typename Codec, base::CodedAs<Hardening> T> void fields(Codec& codec, T& program) {
  codec(program.path, program.layer, program.owned, program.program, program.pie, program.relro);
  codec(program.stack_protector, program.executable_stack, program.go);
}

template <typename Codec, base::CodedAs<ImageFacts> T> void fields(Codec& codec, T& facts) {
  codec(facts.privileged, facts.world_writable, facts.stray, facts.accounts);
  codec(facts.left_overs, facts.programs);
}

} // namespace portique::inspect
