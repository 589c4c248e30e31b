module example.com/headroom

go 1.26.0

require dynalloc v0.0.0

replace dynalloc => ../../..
