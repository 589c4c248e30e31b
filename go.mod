module dynalloc

go 1.26
