/* The fields of a quote and of its PCK certificate, as they stand in the verdict. */
#include "evidence/dcap.h"

static void put_hex(struct verdict_values *to, const char *name, struct bytes value)
{
	if (value.n > 0)
		verdict_hex(to, name, value);
}

static void put_sgx(const struct sgx_report *r, struct verdict *v)
{
	put_hex(&v->measurements, "mrenclave", r->mrenclave);
	put_hex(&v->measurements, "mrsigner", r->mrsigner);
	verdict_number(&v->fields, "isvprodid", r->isvprodid);
	verdict_number(&v->fields, "isvsvn", r->isvsvn);
	put_hex(&v->fields, "attributes", r->attributes);
	put_hex(&v->fields, "miscselect", r->miscselect);
	put_hex(&v->fields, "cpusvn", r->cpusvn);
	put_hex(&v->fields, "config_id", r->config_id);
	verdict_number(&v->fields, "config_svn", r->config_svn);
	put_hex(&v->fields, "isv_ext_prod_id", r->isv_ext_prod_id);
	put_hex(&v->fields, "isv_family_id", r->isv_family_id);
}

static void put_td(const struct td_report *t, struct verdict *v)
{
	static const char *const rtmrs[DCAP_RTMRS] = {"rtmr0", "rtmr1", "rtmr2", "rtmr3"};
	put_hex(&v->measurements, "mrtd", t->mrtd);
	for (size_t i = 0; i < DCAP_RTMRS; i++)
		put_hex(&v->measurements, rtmrs[i], t->rtmr[i]);
	put_hex(&v->measurements, "mrseam", t->mrseam);
	put_hex(&v->measurements, "mrsignerseam", t->mrsignerseam);
	put_hex(&v->measurements, "mrconfigid", t->mrconfigid);
	put_hex(&v->measurements, "mrowner", t->mrowner);
	put_hex(&v->measurements, "mrownerconfig", t->mrownerconfig);
	put_hex(&v->measurements, "mrservicetd", t->mrservicetd);
	put_hex(&v->fields, "tee_tcb_svn", t->tee_tcb_svn);
	put_hex(&v->fields, "tee_tcb_svn2", t->tee_tcb_svn2);
	put_hex(&v->fields, "seam_attributes", t->seam_attributes);
	put_hex(&v->fields, "td_attributes", t->td_attributes);
	put_hex(&v->fields, "xfam", t->xfam);
	put_hex(&v->fields, "vmid", t->vmid);
	put_hex(&v->fields, "td_id", t->td_id);
	put_hex(&v->fields, "devinfo", t->devinfo);
	put_hex(&v->fields, "init_servtd_hash", t->init_servtd_hash);
	put_hex(&v->fields, "init_servtd_attr", t->init_servtd_attr);
	put_hex(&v->fields, "init_cpusvn", t->init_cpusvn);
	put_hex(&v->fields, "init_tee_tcb_svn", t->init_tee_tcb_svn);
	put_hex(&v->fields, "init_tee_fmspc", t->init_tee_fmspc);
	put_hex(&v->fields, "cur_servtd_hash", t->cur_servtd_hash);
	put_hex(&v->fields, "cur_servtd_attr", t->cur_servtd_attr);
}

static void put_qe(const struct dcap_quote *q, struct verdict *v)
{
	if (q->qe.raw.n == 0)
		return;
	put_hex(&v->fields, "qe_mrenclave", q->qe.mrenclave);
	put_hex(&v->fields, "qe_mrsigner", q->qe.mrsigner);
	verdict_number(&v->fields, "qe_isvprodid", q->qe.isvprodid);
	verdict_number(&v->fields, "qe_isvsvn", q->qe.isvsvn);
	put_hex(&v->fields, "qe_attributes", q->qe.attributes);
	put_hex(&v->fields, "qe_miscselect", q->qe.miscselect);
	verdict_number(&v->fields, "certification_data_type", q->cert_type);
	if (q->platform_id.cpusvn.n > 0) {
		put_hex(&v->fields, "platform_ppid", q->platform_id.ppid);
		put_hex(&v->fields, "platform_cpusvn", q->platform_id.cpusvn);
		verdict_number(&v->fields, "platform_pcesvn", q->platform_id.pcesvn);
		verdict_number(&v->fields, "platform_pceid", q->platform_id.pceid);
	}
}

void dcap_quote_put(const struct dcap_quote *q, struct verdict *v)
{
	const char *format = arena_format(v->arena, "quote-v%u", q->version);
	v->format = format ? format : "quote";
	v->report_data = q->report_data;
	verdict_number(&v->fields, "version", q->version);
	verdict_number(&v->fields, "att_key_type", q->att_key_type);
	verdict_number(&v->fields, "tee_type", q->tee);
	put_hex(&v->fields, "qe_vendor_id", q->qe_vendor_id);
	put_hex(&v->fields, "user_data", q->user_data);
	if (q->sgx.raw.n > 0)
		put_sgx(&q->sgx, v);
	else if (q->body.n > 0)
		put_td(&q->td, v);
	put_qe(q, v);
	verdict_number(&v->fields, "trailing_bytes", q->trailing.n);
	if (q->trailing.n > 0)
		verdict_boolean(&v->fields, "trailing_bytes_zero", bytes_is_zero(q->trailing));
}

void dcap_pck_put(const struct pck *p, struct verdict *v)
{
	static const char *const types[] = {"standard", "scalable", "scalable with integrity"};
	struct arena *a = v->arena;
	put_hex(&v->fields, "fmspc", arena_bytes(a, bytes_of(p->fmspc, sizeof(p->fmspc))));
	put_hex(&v->fields, "pceid", arena_bytes(a, bytes_of(p->pceid, sizeof(p->pceid))));
	put_hex(&v->fields, "pck_cpusvn", arena_bytes(a, bytes_of(p->components, sizeof(p->components))));
	verdict_number(&v->fields, "pcesvn", p->pcesvn);
	verdict_text(&v->fields, "sgx_type", types[p->sgx_type]);
	put_hex(&v->fields, "ppid", arena_bytes(a, bytes_of(p->ppid, sizeof(p->ppid))));
	if (p->has_instance_id)
		put_hex(&v->fields, "platform_instance_id",
		        arena_bytes(a, bytes_of(p->instance_id, sizeof(p->instance_id))));
	if (p->has_dynamic_platform)
		verdict_boolean(&v->fields, "dynamic_platform", p->dynamic_platform);
	if (p->has_cached_keys)
		verdict_boolean(&v->fields, "cached_keys", p->cached_keys);
	if (p->has_smt)
		verdict_boolean(&v->fields, "smt_enabled", p->smt_enabled);
}
