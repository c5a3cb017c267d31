/* engine/windows.h - forms whose stage their dates decide: they wait until all are known, and are sorted
   before they are looked at, so that the order in which they came makes no difference. Internal to
   respondents.h. */
#ifndef PELLTER_ENGINE_WINDOWS_H
#define PELLTER_ENGINE_WINDOWS_H

#include "engine/placing.h"

/* Brings the waiting forms of a join to their places: stage by stage, since a window is counted from the
   form of an earlier stage; of several in one window the study says which. What lies in no window is set
   aside. False: no memory. */
bool windows_resolve(struct respondents *respondents, struct join *join);

#endif
