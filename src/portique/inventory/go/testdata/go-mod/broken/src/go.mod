module example.net/team/app

require (
	example.com/dep
