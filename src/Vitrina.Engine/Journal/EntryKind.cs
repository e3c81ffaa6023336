namespace Vitrina.Engine.Journal;

/// <summary>What a journal entry records. The numbers stand in files: they are never reused and never change their meaning.</summary>
public enum EntryKind : byte
{
    /// <summary>Something a user did: view, click, order, …</summary>
    Event = 1,

    /// <summary>The light record of one answered ranking.</summary>
    Ranking = 2,

    /// <summary>A whole item was put.</summary>
    ItemPut = 3,

    /// <summary>Some fields of an item were changed.</summary>
    ItemPatch = 4,

    /// <summary>An item was removed.</summary>
    ItemDelete = 5,

    /// <summary>A user's attributes were put.</summary>
    UserPut = 6,

    /// <summary>An anonymous id was joined to a user.</summary>
    UserAlias = 7,

    /// <summary>A user asked to be forgotten.</summary>
    UserErase = 8,

    /// <summary>A seller's attributes were put.</summary>
    SellerPut = 9,

    /// <summary>Rows of a feature table were put.</summary>
    FeatureRows = 10,

    /// <summary>A day began: the marker at which daily work (Init, Update, decay) happens on replay.</summary>
    DayStarted = 11,

    /// <summary>A model version began to serve.</summary>
    ModelPublished = 12,

    /// <summary>A version of a vertical's declarations began to hold.</summary>
    VerticalLoaded = 13,

    /// <summary>A surface's kill switch was turned on or off.</summary>
    KillSwitch = 14,

    /// <summary>An experiment was designed, or its share of traffic was raised.</summary>
    ExperimentDesigned = 15,

    /// <summary>An experiment was started, with its schedule, or stopped.</summary>
    ExperimentSwitched = 16,

    /// <summary>What a finished experiment estimated, or what came true of it.</summary>
    ExperimentConcluded = 17,

    /// <summary>A model version began to score live requests beside the serving one, or, without a version, none does any more.</summary>
    ModelShadowed = 18,

    /// <summary>A vertical's offers got new thresholds.</summary>
    OffersInit = 19,

    /// <summary>A vertical's offers were recounted.</summary>
    OffersUpdate = 20,

    /// <summary>A vertical's offers went back to the thresholds of before.</summary>
    OffersRollback = 21,

    /// <summary>Another transfer matrix holds for a vertical's offers.</summary>
    OffersTransfer = 22,

    /// <summary>New thresholds for a vertical's offers began to be computed from the state at this place.</summary>
    OffersInitBegun = 23,

    /// <summary>What was begun holds from here on.</summary>
    OffersInitFinished = 24,
}
