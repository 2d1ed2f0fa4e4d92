#include "app/findings_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace sockdiag {
namespace {

WhatIsWrong Nothing() {
  WhatIsWrong wrong;
  wrong.is_collected = true;
  wrong.is_known = true;
  return wrong;
}

TEST(FindingsText, SaysThatNothingIsWrongAndHowMuchThatSays) {
  WhatIsWrong wrong = Nothing();
  EXPECT_EQ(
      ToFindingsText(wrong),
      "Nothing is wrong that sockets show, looked at once: how old they are and how they grow "
      "is not known.\n");
  wrong.watched_for = std::chrono::seconds(40);
  EXPECT_EQ(ToFindingsText(wrong), "Nothing is wrong that sockets show, watched for 40 s.\n");
}

TEST(FindingsText, DoesNotSayItAfterAFailedDump) {
  WhatIsWrong wrong = Nothing();
  wrong.is_known = false;
  EXPECT_EQ(ToFindingsText(wrong), "TCP sockets could not be read, so nothing is known of them.\n");
  wrong.is_collected = false;
  EXPECT_EQ(ToFindingsText(wrong), "TCP sockets are not collected, so nothing is known of them.\n");
}

TEST(FindingsText, FitsATerminal) {
  WhatIsWrong wrong = Nothing();
  Finding& finding = wrong.findings.emplace_back();
  finding.urgency = Finding::Urgency::kUrgent;
  finding.cause = "leak";
  finding.title = "CLOSE_WAIT towards postgres";
  finding.figure = "576";
  finding.beside = "+80 a minute";
  finding.text =
      "The peers have closed, and the program that has these sockets has not. They become more: a "
      "leak, which ends when no file descriptors are left.";
  EXPECT_EQ(
      ToFindingsText(wrong),
      "WHAT IS WRONG\n"
      "  ! CLOSE_WAIT towards postgres (leak): 576 +80 a minute\n"
      "    The peers have closed, and the program that has these sockets has not. They become "
      "more: a leak,\n"
      "    which ends when no file descriptors are left.\n");
}

}  // namespace
}  // namespace sockdiag
