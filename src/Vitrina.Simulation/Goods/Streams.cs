using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Goods;

/// <summary>What a random stream of an entity decides. A new purpose gets a new number; old ones keep theirs.</summary>
internal enum StreamPurpose : ulong
{
    Brand = 1,
    ItemType = 2,
    Seller = 3,
    Model = 4,
    Item = 5,
    ItemPrice = 6,
    ItemDiscount = 7,
    ItemDelivery = 8,
    ItemStock = 9,
    ItemLife = 10,
    User = 11,
    UserDay = 12,
    Query = 13,
    Reading = 14,
    Click = 15,
    Logging = 16,
    SellerRating = 17,
    TypingError = 18,
    Campaign = 19,
    ZoneDelay = 20,
    StateEffect = 21,
}

/// <summary>One stream per entity and purpose, so that a change of one leaves the others as they are.</summary>
internal static class Streams
{
    public static RandomStream Open(ulong seed, StreamPurpose purpose, long entity) => RandomStream.For(seed, (ulong)entity, (ulong)purpose);

    public static RandomStream Open(ulong seed, StreamPurpose purpose, long entity, int part) =>
        RandomStream.For(seed, (ulong)entity, (ulong)purpose | ((ulong)(uint)part << 8));
}
