package example

default allow := false

allow if {
	role_of(input.user) == "admin"
	input.method in {"GET", "HEAD"}
	count(input.token) >= 16
}
