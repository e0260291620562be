Gem::Specification.new do |s|
  s.name = 'date'
  s.version = '3.2.2'
  s.license = 'Ruby'
end
