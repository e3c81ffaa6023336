namespace Vitrina.Simulation.Services;

/// <summary>A specialist looks for orders.</summary>
/// <param name="Key">Unique, and the same under every policy.</param>
/// <param name="Specialist">Who.</param>
/// <param name="At">When, milliseconds since the start.</param>
/// <param name="Arm">Which arm answers.</param>
internal readonly record struct CitySession(long Key, int Specialist, long At, Arm Arm);

/// <summary>Hears what happens in a city. Orders are places in its <see cref="OpenOrders"/>.</summary>
internal abstract class CityListener
{
    public abstract void OrderCreated(OpenOrders open, int order);

    public abstract void SessionStarted(in CitySession session);

    public abstract void Viewed(OpenOrders open, int order, in CitySession session, int position);

    /// <summary>The order was examined and not answered; not told of orders that were seen before.</summary>
    public virtual void PassedOver(OpenOrders open, int order, in CitySession session, int position)
    {
    }

    public abstract void Responded(OpenOrders open, int order, in CitySession session, int position);

    /// <summary>The order ends; its place is still filled.</summary>
    /// <param name="open">The city's orders.</param>
    /// <param name="order">The order.</param>
    /// <param name="at">When.</param>
    /// <param name="winner">Index of the response that the customer took; -1 for none.</param>
    public abstract void OrderClosed(OpenOrders open, int order, long at, int winner);
}
