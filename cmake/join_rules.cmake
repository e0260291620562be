# cmake -DLIST=FILE -DOUTPUT=FILE -P join_rules.cmake: the YAML files that LIST names, one a line, as
# the documents of one stream.
file(STRINGS "${LIST}" files)
file(WRITE "${OUTPUT}.new" "")
foreach(file ${files})
  file(READ "${file}" text)
  file(APPEND "${OUTPUT}.new" "---\n${text}")
endforeach()
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
