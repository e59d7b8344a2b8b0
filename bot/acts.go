package bot

// Acts lists every act that an entry can have, for who counts them; a test
// compares it with the constants.
func Acts() []Act { return acts }

// JobKinds lists every kind of job, likewise.
func JobKinds() []JobKind { return jobKinds }

// EventKinds lists every kind of event.
func EventKinds() []EventKind {
	return []EventKind{Said, Command, Pressed, Joined, Left, Changed, Slipped}
}

var acts = []Act{
	ActPartySigned, ActPartyAnnounced, ActAppointed, ActReconfirmed, ActUnappointed, ActConfirmAsk,
	ActCasusOpened, ActRoomReady, ActMemberAdded, ActMemberRefused, ActStrangerRemoved, ActFileReceived,
	ActFileDecided, ActFilePosted, ActFileWithdrawn, ActFileErased, ActFileSlipped, ActConsentRecorded,
	ActConsentRefused, ActConsentEnded, ActFormMade, ActPhaseChanged, ActCasusClosed, ActMeetingPlanned,
	ActPointNoted, ActPointDone, ActMinutesMade, ActStepTaken, ActStepDone, ActCircleSaved, ActCircleDropped,
	ActMeetingOff, ActReminded, ActHandedOver, ActArchived, ActAnnounced, ActErased, ActHoldPlaced,
	ActHoldReleased, ActReleaseProposed, ActRequestReceived, ActRequestApproved, ActMatterDone, ActIncident,
	ActMessageHidden, ActExported, ActRestored, ActKeysRotated, ActRefused, ActPolicyError, ActDirectory,
	ActRulesProposed, ActRulesActivated, ActRulesCompared, ActRead, ActReleased, ActMessageHeld, ActMessageJudged,
	ActKnownTold, ActAgreementEnded, ActReceiptMade, ActYesAffirmed, ActAliasGiven, ActTakenBack,
	ActDocumentTaken, ActDocumentDropped, ActCardMade, ActCardTried, ActCardOpened, ActCardPIN, ActCardLeft,
	ActCardEnded, ActParentsSee, ActSafetyStop, ActSafetyAgain, ActAgreementGiven, ActAgreementRefused,
	ActFamilyInvited, ActHearing, ActRoomLeft, ActWatchGap, ActLeadChanged, ActLeadOffered, ActLeadDeclined,
	ActDeputyNamed, ActLeadMissing, ActListed, ActMemberEnded, ActMemberBack, ActMemberOut, ActLetIn,
	ActPartyLeft, ActReopened, ActSettingChanged, ActMessageSlipped, ActTakenOver, ActHandoverWait, ActBotPutOut,
	ActRoomChanged, ActVaultOpened, ActVaultTaken, ActOverviewLink, ActOverviewIn, ActOverviewOut, ActRuleAdopted,
	ActPlanProposed, ActPlanRun, ActLogVerified, ActProofTaken, ActExceptionAsked,
	ActExceptionGranted, ActExceptionDenied, ActExceptionAdvised,
}

var jobKinds = []JobKind{
	JobAppointments, JobLookAgain, JobCardPaper, JobSetUp, JobReconcile, JobRemove, JobPostFile, JobHideFile,
	JobTell, JobRetain, JobArchive, JobErase, JobSweep, JobUnsay, JobTakeOver, JobReplan, JobMatter,
	JobHideMessage, JobImport, JobYesReceipt, JobSayFor, JobInvite, JobDigest, JobHandIn, JobEvent, JobMembers,
	JobVaultCard, JobVaultBack,
}
