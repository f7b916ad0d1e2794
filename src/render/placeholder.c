#include "render/placeholder.h"

#include "render/template.h"

#include <string.h>

bool placeholder_names_person(const char *text)
{
	return text && (strstr(text, template_hole_marker(HOLE_EMAILADDRESS)) ||
			strstr(text, template_hole_marker(HOLE_EMAILLOCALPART)));
}
