module example.net/team/app

go 1.22.3

require (
	example.com/dep v1.2.3
	example.com/other v0.4.0 // indirect
)

replace example.com/other => example.com/fork v2.0.0+incompatible
