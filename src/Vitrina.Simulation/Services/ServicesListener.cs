namespace Vitrina.Simulation.Services;

/// <summary>A specialist and an order met in a session.</summary>
/// <param name="Market">The order's market.</param>
/// <param name="Order">The order's key.</param>
/// <param name="CreatedAt">When the order was put, milliseconds since the start of history.</param>
/// <param name="Specialist">Who.</param>
/// <param name="Arm">The session's arm.</param>
/// <param name="At">When, milliseconds since the start of history.</param>
/// <param name="Position">At which place of the feed, from 1.</param>
public readonly record struct ServicesTouch(int Market, long Order, long CreatedAt, int Specialist, Arm Arm, long At, int Position);

/// <summary>An order ended.</summary>
/// <param name="Market">The order's market.</param>
/// <param name="Order">The order's key.</param>
/// <param name="CreatedAt">When it was put, milliseconds since the start of history.</param>
/// <param name="At">When it ended.</param>
/// <param name="ResponseCount">Responses it got.</param>
/// <param name="IsFull">Whether its last place was taken, as against its time being over.</param>
/// <param name="Winner">The specialist whom the customer took; -1 for nobody.</param>
/// <param name="WinnerArm">The arm of the winner's session.</param>
/// <param name="RespondedAt">When the winner responded.</param>
public readonly record struct ServicesEnd(int Market, long Order, long CreatedAt, long At, int ResponseCount, bool IsFull, int Winner, Arm WinnerArm, long RespondedAt);

/// <summary>Hears everything that happens in a run. Calls of one city come in time order; cities may call from several threads.</summary>
public abstract class ServicesListener
{
    /// <summary>An order was put.</summary>
    public virtual void OrderCreated(int market, long order, long at)
    {
    }

    /// <summary>A specialist looked at an order in its feed.</summary>
    public virtual void Viewed(in ServicesTouch touch)
    {
    }

    /// <summary>A specialist took one of an order's places.</summary>
    public virtual void Responded(in ServicesTouch touch)
    {
    }

    /// <summary>An order ended.</summary>
    public virtual void OrderClosed(in ServicesEnd ending)
    {
    }
}
