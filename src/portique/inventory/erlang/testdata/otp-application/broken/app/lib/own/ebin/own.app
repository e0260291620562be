{application, own, [{description, "no version"}]}.
