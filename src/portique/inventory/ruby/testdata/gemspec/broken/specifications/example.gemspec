Gem::Specification.new do |spec|
  spec.name = 'example_app'
  spec.version = ExampleApp::Version
end
