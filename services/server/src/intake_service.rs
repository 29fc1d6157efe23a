//! IntakeService on the wire.

use std::sync::Arc;

use jobmatch_domain::text::Text;
use jobmatch_domain::{Date, Violation};
use jobmatch_matching::{AuditFinding, AuditRule, Element, ReadField, Service, Session};
use jobmatch_proto::v1::intake_service_server::IntakeService;
use jobmatch_proto::{posting, profile, v1};
use tonic::{Request, Response, Status};

use crate::access::session;
use crate::records;
use crate::status::status;

/// The service.
pub(crate) struct IntakeApi(pub(crate) Arc<Service>);

impl IntakeApi {
    /// A text within its limits, and the date that it is read on.
    fn read(&self, text: &str, today: &str) -> Result<(Text<1, 20_000>, Date), Violation> {
        let text = Text::<1, 20_000>::parse(text).map_err(|e| e.at("text"))?;
        let today = match today {
            "" => self.0.now().date(),
            given => Date::parse(given).map_err(|e| e.at("today"))?,
        };
        Ok((text, today))
    }
}

#[tonic::async_trait]
impl IntakeService for IntakeApi {
    async fn parse_posting(
        &self,
        request: Request<v1::ParsePostingRequest>,
    ) -> Result<Response<v1::ParsePostingResponse>, Status> {
        let session = session(&self.0, &request);
        let request = request.into_inner();
        let (text, today) = self.read(&request.text, &request.today).map_err(status)?;
        let draft = move |s: &Session| Ok(s.analyst().draft_posting(text.as_str(), today)?);
        let drafted = records::read(&session, draft).await?;
        let mut draft = posting::to_wire(&drafted.posting);
        draft.id.clear();
        if !drafted.titled {
            draft.title.clear();
        }
        Ok(Response::new(v1::ParsePostingResponse {
            draft: Some(draft),
            fields: drafted.fields.iter().map(field).collect(),
            findings: drafted.audit.findings.iter().map(finding).collect(),
            missing: drafted.audit.missing.iter().map(|e| element(*e) as i32).collect(),
            version: self.0.analyst().analyzer_version().to_owned(),
        }))
    }

    async fn parse_profile(
        &self,
        request: Request<v1::ParseProfileRequest>,
    ) -> Result<Response<v1::ParseProfileResponse>, Status> {
        let session = session(&self.0, &request);
        let request = request.into_inner();
        let (text, today) = self.read(&request.text, &request.today).map_err(status)?;
        let draft = move |s: &Session| Ok(s.analyst().draft_profile(text.as_str(), today)?);
        let drafted = records::read(&session, draft).await?;
        let mut draft = profile::to_wire(&drafted.profile);
        draft.id.clear();
        Ok(Response::new(v1::ParseProfileResponse {
            draft: Some(draft),
            fields: drafted.fields.iter().map(field).collect(),
            version: self.0.analyst().analyzer_version().to_owned(),
        }))
    }
}

fn field(read: &ReadField) -> v1::ParsedField {
    v1::ParsedField {
        field: read.field.to_owned(),
        start: read.span.start as u32,
        end: read.span.end as u32,
        value: read.value.clone(),
        confidence: f64::from(read.confidence),
    }
}

fn finding(found: &AuditFinding) -> v1::AuditFinding {
    v1::AuditFinding {
        rule: rule(found.rule) as i32,
        start: found.span.start as u32,
        end: found.span.end as u32,
        suggestion: found.suggestion.to_owned(),
    }
}

fn rule(rule: AuditRule) -> v1::AuditRule {
    match rule {
        AuditRule::Sex => v1::AuditRule::Sex,
        AuditRule::Age => v1::AuditRule::Age,
        AuditRule::Household => v1::AuditRule::Household,
        AuditRule::Marriage => v1::AuditRule::Marriage,
        AuditRule::Ethnicity => v1::AuditRule::Ethnicity,
        AuditRule::Religion => v1::AuditRule::Religion,
        AuditRule::Carrier => v1::AuditRule::Carrier,
        AuditRule::Disability => v1::AuditRule::Disability,
        AuditRule::Appearance => v1::AuditRule::Appearance,
        AuditRule::Fee => v1::AuditRule::Fee,
        AuditRule::Bait => v1::AuditRule::Bait,
    }
}

fn element(element: Element) -> v1::AdvertElement {
    match element {
        Element::Employer => v1::AdvertElement::Employer,
        Element::Headcount => v1::AdvertElement::Headcount,
        Element::Requirements => v1::AdvertElement::Requirements,
        Element::Duties => v1::AdvertElement::Duties,
        Element::Place => v1::AdvertElement::Place,
        Element::Pay => v1::AdvertElement::Pay,
    }
}
