# -*- encoding: utf-8 -*-
# stub: rake 13.0.3 ruby lib

Gem::Specification.new do |s|
  s.name = "rake".freeze
  s.version = "13.0.3"
  s.licenses = ["MIT".freeze]
  s.add_runtime_dependency(%q<json>.freeze, [">= 1.8".freeze])
  s.add_development_dependency(%q<minitest>.freeze, [">= 0"])
end
